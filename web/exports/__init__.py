"""Lists as files for people who continue in a spreadsheet: which columns (tables), how a row fills them (columns), the whole
as a sheet in the reader's language (sheets), and CSV or XLSX (formats).
"""
