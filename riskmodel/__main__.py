"""`python -m riskmodel` is the same as `riskmodel`."""

from riskmodel.cli import main

if __name__ == "__main__":
    main()
