"""The line of approved orders no vehicle is free for, timed offers to it, and holds that keep a vehicle free for a while."""
