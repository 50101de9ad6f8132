-- Plates are stored plain (fleet/vehicle.py): 晨A00001, whatever width, case, spaces, dots or dashes they were typed with.
-- A plate whose plain form another vehicle has, or that has no plain form, stays as it is for people to look at.
WITH plain AS (
    SELECT id, tenant_id,
        upper(regexp_replace(normalize(plate, NFKC), '[[:space:].·•‧∙⋅・‐‑‒–—―−-]', '', 'g')) AS plate
    FROM vehicle
), only_one AS (
    SELECT tenant_id, plate FROM plain GROUP BY tenant_id, plate HAVING count(*) = 1
)
UPDATE vehicle v SET plate = p.plate
FROM plain p JOIN only_one USING (tenant_id, plate)
WHERE p.id = v.id AND v.plate <> p.plate AND p.plate ~ '^[A-Z0-9一-鿿]{2,12}$';
