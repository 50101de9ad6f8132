"""The SQL of a tenant's own names of places."""

# The newest row of a name, whether it is in use or not.
NAMED = "SELECT id, active FROM named_place WHERE tenant_id = %s AND name = %s ORDER BY created_at DESC LIMIT 1"
CHANGE = """UPDATE named_place SET name_en = %(name_en)s, short_names = %(short_names)s, kind = %(kind)s, lon = %(lon)s, lat = %(lat)s,
    active = true, updated_at = %(now)s, row_version = row_version + 1 WHERE id = %(id)s"""
CORRECT = """UPDATE named_place SET name = %(name)s, name_en = %(name_en)s, short_names = %(short_names)s, kind = %(kind)s, lon = %(lon)s,
    lat = %(lat)s, updated_at = %(now)s, row_version = row_version + 1 WHERE id = %(id)s AND active"""
ONE = "SELECT * FROM named_place WHERE tenant_id = %s AND id = %s FOR UPDATE"
END = "UPDATE named_place SET active = false, updated_at = %s, row_version = row_version + 1 WHERE id = %s AND active RETURNING id"
EVERY = (
    "SELECT name, name_en, short_names, kind, lon, lat FROM named_place WHERE tenant_id = %s AND active ORDER BY name"
)
