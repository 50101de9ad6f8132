-- Journal (who changed what), audit (who looked at what), notices, idempotency.
-- Both records are chained: each row holds the hash of the row before it in its tenant's chain, and nobody but these
-- functions may write them. The lock orders writers; it is held until the transaction ends.
CREATE TABLE journal (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    seq bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    actor_id uuid,                         -- NULL = a program
    actor text NOT NULL,                   -- name as it was then, or the program
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid,
    before jsonb,
    after jsonb,
    reason text NOT NULL DEFAULT '',
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    UNIQUE (tenant_id, seq)
);
CREATE INDEX ON journal (object_kind, object_id);

CREATE TABLE audit (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    seq bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    action text NOT NULL,                  -- view_track, view_alert, export, login, denied ...
    object_kind text NOT NULL,
    object_id uuid,
    purpose text NOT NULL DEFAULT '',
    detail jsonb NOT NULL DEFAULT '{}',    -- period, filter, result
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    UNIQUE (tenant_id, seq)
);
CREATE INDEX ON audit (object_kind, object_id);
CREATE INDEX ON audit (actor_id, happened_at);

CREATE TABLE chain_head (
    tenant_id uuid NOT NULL REFERENCES tenant,
    chain text NOT NULL CHECK (chain IN ('journal', 'audit')),
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, chain)
);

-- The text that is hashed; the verifier in Python builds the very same one from a row.
CREATE FUNCTION chain_text(VARIADIC parts text[]) RETURNS bytea LANGUAGE sql IMMUTABLE
AS $$ SELECT convert_to(array_to_string(ARRAY(SELECT coalesce(length(p)::text || ':' || p, '-') FROM unnest(parts) AS p), ';'), 'UTF8') $$;

CREATE FUNCTION chain_instant(t timestamptz) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

CREATE FUNCTION chain_next(in_tenant uuid, in_chain text, OUT next_seq bigint, OUT previous bytea)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chain_head (tenant_id, chain, seq, hash) VALUES (in_tenant, in_chain, 0, '\x00') ON CONFLICT DO NOTHING;
    SELECT h.seq + 1, h.hash INTO next_seq, previous FROM chain_head h
        WHERE h.tenant_id = in_tenant AND h.chain = in_chain FOR UPDATE;
END $$;

CREATE FUNCTION journal_append(in_tenant uuid, in_at timestamptz, in_actor_id uuid, in_actor text, in_action text,
    in_kind text, in_object uuid, in_before jsonb, in_after jsonb, in_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE n bigint; p bytea; h bytea;
BEGIN
    SELECT next_seq, previous INTO n, p FROM chain_next(in_tenant, 'journal');
    h := sha256(p || chain_text(in_tenant::text, n::text, chain_instant(in_at), in_actor_id::text, in_actor, in_action, in_kind,
        in_object::text, in_before::text, in_after::text, in_reason));
    INSERT INTO journal (tenant_id, seq, happened_at, actor_id, actor, action, object_kind, object_id, before, after, reason, previous_hash, hash)
    VALUES (in_tenant, n, in_at, in_actor_id, in_actor, in_action, in_kind, in_object, in_before, in_after, in_reason, p, h);
    UPDATE chain_head SET seq = n, hash = h WHERE tenant_id = in_tenant AND chain = 'journal';
    RETURN n;
END $$;

CREATE FUNCTION audit_append(in_tenant uuid, in_at timestamptz, in_actor_id uuid, in_actor text, in_action text,
    in_kind text, in_object uuid, in_purpose text, in_detail jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE n bigint; p bytea; h bytea;
BEGIN
    SELECT next_seq, previous INTO n, p FROM chain_next(in_tenant, 'audit');
    h := sha256(p || chain_text(in_tenant::text, n::text, chain_instant(in_at), in_actor_id::text, in_actor, in_action, in_kind,
        in_object::text, in_purpose, in_detail::text));
    INSERT INTO audit (tenant_id, seq, happened_at, actor_id, actor, action, object_kind, object_id, purpose, detail, previous_hash, hash)
    VALUES (in_tenant, n, in_at, in_actor_id, in_actor, in_action, in_kind, in_object, in_purpose, in_detail, p, h);
    UPDATE chain_head SET seq = n, hash = h WHERE tenant_id = in_tenant AND chain = 'audit';
    RETURN n;
END $$;

-- First row whose hash or link is wrong, or NULL when the chain holds.
CREATE FUNCTION journal_first_break(in_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT min(seq) FROM (
        SELECT seq, hash, previous_hash, lag(hash, 1, '\x00'::bytea) OVER w AS expected, row_number() OVER w AS place,
            sha256(previous_hash || chain_text(tenant_id::text, seq::text, chain_instant(happened_at), actor_id::text, actor, action,
                object_kind, object_id::text, before::text, after::text, reason)) AS again
        FROM journal WHERE tenant_id = in_tenant WINDOW w AS (ORDER BY seq)
    ) c WHERE previous_hash <> expected OR hash <> again OR seq <> place
$$;
CREATE FUNCTION audit_first_break(in_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT min(seq) FROM (
        SELECT seq, hash, previous_hash, lag(hash, 1, '\x00'::bytea) OVER w AS expected, row_number() OVER w AS place,
            sha256(previous_hash || chain_text(tenant_id::text, seq::text, chain_instant(happened_at), actor_id::text, actor, action,
                object_kind, object_id::text, purpose, detail::text)) AS again
        FROM audit WHERE tenant_id = in_tenant WINDOW w AS (ORDER BY seq)
    ) c WHERE previous_hash <> expected OR hash <> again OR seq <> place
$$;

CREATE TABLE notice (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL REFERENCES person,
    kind text NOT NULL,                    -- order_approved, alert_raised ...; texts live in the interface
    params jsonb NOT NULL DEFAULT '{}',
    object_kind text NOT NULL DEFAULT '',
    object_id uuid,
    dedupe_key text NOT NULL UNIQUE,       -- each notice exactly once, also after a crash
    created_at timestamptz NOT NULL
);
CREATE INDEX ON notice (person_id, created_at);
-- One row per channel; in_app is delivered by being there. Mail and SMS come with later parts.
CREATE TABLE notice_delivery (
    notice_id uuid NOT NULL REFERENCES notice,
    channel text NOT NULL CHECK (channel IN ('in_app', 'mail', 'sms', 'webhook')),
    tenant_id uuid NOT NULL REFERENCES tenant,
    sent_at timestamptz,
    read_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (notice_id, channel)
);
CREATE FUNCTION notice_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('notice_added', NEW.person_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER notify AFTER INSERT ON notice FOR EACH ROW EXECUTE FUNCTION notice_notify();

CREATE TABLE idempotency (
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL REFERENCES person,
    key text NOT NULL,
    route text NOT NULL,
    request_sha256 bytea NOT NULL,
    status smallint,                       -- NULL while the first request is under way
    response jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, key)
);

CREATE TABLE setting (
    tenant_id uuid NOT NULL REFERENCES tenant,
    name text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid REFERENCES person,
    PRIMARY KEY (tenant_id, name)
);
