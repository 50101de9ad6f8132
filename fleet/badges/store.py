"""SQL of badges."""

OPEN = """SELECT b.id, b.person_id, p.login FROM driver_badge b JOIN person p ON p.id = b.person_id
WHERE b.tenant_id = %s AND b.badge = %s AND upper_inf(b.during) FOR UPDATE OF b"""
END = "UPDATE driver_badge SET during = tstzrange(lower(during), %s) WHERE id = %s"
LIST = """SELECT b.badge, p.login, p.name, nullif(lower(b.during), '-infinity') AS since, upper(b.during) AS until
FROM driver_badge b JOIN person p ON p.id = b.person_id WHERE b.tenant_id = %s ORDER BY b.badge, lower(b.during)"""
