"""One file per kind of rule: the plots that break it and those that only come near."""
