# The density lab: exact log-density and the density formula's.

if DRAWN:
    print(f"The page took {DRAWN} draws a time; here the expectations are computed, so the difference is the noise of its draws.")
compare("exact log-density", log_density(POINTS, MIXTURE), PAGE["exact"])
compare("formula", formula(POINTS, RULE, MIXTURE, DELTA), PAGE["formula"])
