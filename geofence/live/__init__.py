"""What only the running engine needs: its memory, the register, replays of the past and the rows it writes."""
