"""Pictures of a result for its documents: each as SVG, as PNG, as the figures it shows and as a sentence.

topology, parity, clauses, series   drawn here, a file each, on `canvas`; `endpoints` is what the topology says
times, loads, over_time             the charts of `report.html`, with their figures and sentences
drawing                             what a finished picture is, its PNG, its CSV
Not here: where a picture stands in a document, or any figure that the result does not hold.
"""
