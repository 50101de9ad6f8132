"""What a draft of a fence would have raised: the last month of the vehicles concerned, judged with it and without."""
