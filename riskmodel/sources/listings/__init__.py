"""Public lists of sanctioned entities, one module for each source, to canonical listings."""

from riskmodel.sources.listings.read import FORMATS as FORMATS
from riskmodel.sources.listings.read import read_listings as read_listings
