"""JT/T 808: what terminals of the Ministry of Transport's standard say (2011, 2013 and 2019 editions)."""
