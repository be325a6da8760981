"""Worlds decided by firms and their shipments.

Mechanism
---------
Nothing is drawn at the level of countries but sizes and habits; trade is what firms ship. Exporters of the
coalition, of heavy-tailed size, have links with buyers in each country: regular or occasional, for months or
for years, in a few products each. An order is a shipment with its own day, value and weight. Firms enter and
leave. So cells of country, product and month are empty or lumpy, and single firms move totals.

From March 2022 controls end links with Russia, product by product until March 2024. Russian users turn to
trading firms in the diverting countries: existing distributors, and firms founded weeks after. A firm orders
what was lost, from exporters that ask little; the goods arrive (or stay in a free zone that no statistics
show), are declared at times under a plain neighbouring code, stay some weeks, and leave for Russia dearer,
declared or not, or pass a second diverting country. Other goods are declared to a country and go to Russia
directly (ghosts; not in the truth, since they never were there). After a year or two firms are listed; the
owner founds another one there or elsewhere. Some countries close their firms (crackdown) or stop.

What left for Russia is worth at most `markup_high` (1.4 to 2.2, drawn) times what came in for it.

Decoys (kinds in `places.DECOYS`; one country at most has one each)
-------------------------------------------------------------------
`warehouse_move`: a distributor's regional warehouse comes from another country; imports and re-exports to
the region jump (entrepots: Feenstra and Hanson, Intermediaries in Entrepot Trade, Journal of Economics and
Management Strategy 2004). `plant_project`: one project buys machines and instruments in lumps, then nothing
(lumps: Hornok and Koren, Review of Economics and Statistics 2015). `ordinary_trader`: goods under no control
go to Russia, more than before (Chupilkin, Javorcik and Plekhanov, The Eurasian Roundabout, 2023 and 2025, on
goods that were not sanctioned). `new_assembler`: components come in, finished goods go elsewhere (own
assumption). `seat_move`: a supplier's seat moves from a member without published tables to one with them,
and published exports rise while no goods move (own assumption, akin to quasi-transit in the user guide of
European statistics on international trade in goods). `own_maker`: a maker of listed goods sells its own to
Russia (Korhonen and Simola, High-Priority Battlefield Items and Television Sets, AEA meeting 2025: exports of
non-sanctioning countries grew). `ghost_destination`: named on papers only; ghosts are about half of the
additional exports to three countries (Chupilkin, Javorcik and Plekhanov, CEPR DP 20097). Besides: crises from
which orders come back, the chip shortage of 2021, makers' legal growth with Russia, false stories and
listings of firms that ship nothing.

Sources of the rest
-------------------
Sparse cells as few shipments over many boxes: Armenter and Koren, A Balls-and-Bins Model of Trade, American
Economic Review 2014; Eaton, Kortum and Sotelo, International Trade: Linking Micro and Macro, NBER working
paper 17864, 2012. Granularity: Gabaix, The Granular Origins of Aggregate Fluctuations, Econometrica 2011;
di Giovanni and Levchenko, Country Size, International Trade, and Aggregate Fluctuations in Granular
Economies, Journal of Political Economy 2012. Ranges with a source each: `ranges.csv`; "own assumption" means
just that.

Reporting habits
----------------
Members publish monthly with their known lag; two to six never do. Scored countries publish monthly, by
quarter, by year, or in less than half of the months; some never, some stop, some hide Russia; a third leaves
out small rows; half book imports under the maker's country, not the sender's; a third marks re-exports.
A part of the rows is revised within a year, mostly upward. Some adopt HS2022 late. Russia's own imports
end with January 2022, and only half of the worlds have them.

Limits
------
Who plays which part is drawn: a country code is a label and nothing here speaks of a real country. Places
without people trade like others. Prices, exchange rates and transport are not modelled; sellers have no
limit of capacity; Russian users do not learn which countries work best; trading firms buy in the coalition
only, and legal makers elsewhere never refuse. `declared_usd` counts declarations under any code.
"""

from riskmodel.worlds.firms.build import make_world

__all__ = ["make_world"]
