"""The family `resampled`: worlds whose noise is real.

Other families state how trade comes about and draw from it. This one states nothing about it: every legal
series is made of blocks of real months, and only the diversion and a few decoys are planted. What it lends
to a test are real zeros, lumps, seasons, profiles and doublings, which no formula has.

Mechanism
---------
Real tables are the user's (`background` says which, and how a folder is laid out; none is bundled). They
are thin: few partners by code and month, or many partners without codes. So each part comes from the table
that has it:

* by code and month: a pair of a coalition member and a partner, before March 2022. A world's member borrows
  the series of a real member, a world's country those of a real partner of like size, and never its own;
* over time: blocks of consecutive months, each in its own calendar month (Kuensch 1989, The jackknife and the
  bootstrap for general stationary observations; blocks of random length as in Politis and Romano 1994, The
  stationary bootstrap). All codes of a pair share their blocks, so that they still move together;
* by code between countries: a code keeps its real series or takes that of another code of its chapter,
  drawn for each country, so that two countries with one donor differ. Codes that no table has are always of
  the second kind;
* size: real totals of partners, scaled to the level of the library, with noise. Donors of series are alike
  in size;
* growth: real totals of countries far from Russia, month by month, of donors alike in size. Some double:
  these are the ordinary countries that look like diverters, at the frequency at which they occur;
* members' sales to Russia: real ones; from the month in which controls bite a good (at once for about half,
  the others until January 2024) 3 to 40 per cent are left, by the real fall of the good, half of the fall
  as months without trade. Of unlisted goods half are controlled as well and fall less;
* scored countries' legal sales to Russia: level by code from a real exporter's sales before the controls, the
  country's sum by rank from real totals, months from series of the library. It keeps growing or shrinking by
  itself. Sales to the rest of the world come from the library too and are published as a world total;
* diversion: `riskmodel.worlds.planting` plants an episode for each diverter (`diversion`): inbound from up to
  three members that sell the good, a ghost part, a lag, a mark-up, an undeclared part, now and then under
  another code. US$ 0.2m to 500m a year, from March 2022 on, with and without an end. A third of the
  episodes stop.

Weights are simulated: tables with months and codes hold none. Values of a figure are rounded to whole
dollars and figures below US$ 200 are left out.

Decoys (`decoys` describes each)
--------------------------------
own_demand, legal_growth, entrepot, code_shift, one_off, late_starter, supplier_switch, price_rise, each in
2 to 6 per cent of the countries and at least in one; and, unplanted, real doublings.

Reporting (`reporting`)
-----------------------
Members publish with the lag of their office. Countries publish exports, imports or re-exports or none of
them; some late, sparsely, from some month on or up to some month. Imports are 5 to 10 per cent above
members' exports, with noise, for some countries incomplete. Figures are revised, a world total together
with its part. Codes follow the edition of the month, of a few reporters up to a year late. All rows name
the same source, planted or not.

Press and listings (`news`, `listing`)
--------------------------------------
Absent in a third of the seeds each. Otherwise delayed, incomplete, and in part false: false stories name
countries with a decoy more often than others.

Limits
------
* Real series before March 2022 can hold diversion of other kinds; it is then part of the noise.
* The library's partners may be few and near Russia; scaled to sizes far from theirs, their zeros are too
  many or too few.
* Series of two countries with one donor share habits; series of one country with several members share its
  donor's habits, not shocks of their own after 2021.
* Growth is of all goods and the same for all codes of a country.
* A truth of a country that sells on at once what another has diverted (two transit countries) is not planted.
* Nothing here says anything about a real country: labels, roles and donors are drawn at random.
"""

from riskmodel.worlds.resampled.background import Background, background_of
from riskmodel.worlds.resampled.world import MAKER, resampled_world

__all__ = ["MAKER", "Background", "background_of", "resampled_world"]
