"""World makers: several authors' ideas of how goods are diverted, behind one interface."""
