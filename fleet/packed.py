"""Closed days of fixes are packed (docs/decisions/0012): what who stores and who packs have to agree on. Pure."""

# Advisory lock: shared by every transaction that stores fixes, exclusive while a day is closed, so that nothing is stored
# under the old end of the packed days after the new one counts.
STORING = 0x7061636B  # "pack"
