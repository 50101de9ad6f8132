"""How far vehicles drove: by the track, laid on the roads, and by the dashboard; and where the three disagree."""
