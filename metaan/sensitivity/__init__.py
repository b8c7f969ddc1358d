"""How much an answer rests on which studies there are: asymmetry of funnels and influence of studies."""
