-- A time-share car is free again when its order ends, however it ends.
CREATE FUNCTION share_trip_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state IN ('rejected', 'withdrawn', 'cancelled', 'expired', 'no_show') THEN
        UPDATE share_trip SET off_at = now() WHERE order_id = NEW.id AND off_at IS NULL;
    ELSIF NEW.returned_at IS NOT NULL AND OLD.returned_at IS NULL THEN
        -- Brought back early: free from now on. Later than promised stays as promised; the next one is told by the order itself.
        UPDATE share_trip SET during = tstzrange(lower(during), greatest(least(upper(during), NEW.returned_at), lower(during) + interval '1 minute'))
        WHERE order_id = NEW.id AND off_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER share_trip_follows AFTER UPDATE OF state ON dispatch_order FOR EACH ROW WHEN (NEW.type = 'time_share') EXECUTE FUNCTION share_trip_follows();
REVOKE EXECUTE ON FUNCTION share_trip_follows() FROM PUBLIC;
