"""What every feature stands on: settings, database, errors, events, jobs, clock, ids, HTTP, log.

No noun of the product appears here. Nothing here imports a feature.
"""
