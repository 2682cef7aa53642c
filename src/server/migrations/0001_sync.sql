-- What devices have done, and what it has made. One site; its version counts every change of an entity in the order of commits.
CREATE TABLE site_version (
  site integer PRIMARY KEY CHECK (site = 1),
  version bigint NOT NULL,
  -- Changes up to here are no longer kept in full.
  floor bigint NOT NULL
);
--;;
INSERT INTO site_version (site, version, floor) VALUES (1, 0, 0);
--;;
-- Bodies are json, not jsonb: text may hold what jsonb refuses (a NUL), and comes back as it was sent.
CREATE TABLE sync_entity (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  asset_id text COLLATE "C" NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  rev bigint NOT NULL UNIQUE,
  at_ms double precision NOT NULL,
  open smallint NOT NULL CHECK (open IN (0, 1)),
  -- The group of a pump, on its card alone; empty for everybody's.
  card_group text COLLATE "C",
  -- Null once it is deleted.
  body json,
  PRIMARY KEY (kind, id)
);
--;;
CREATE INDEX sync_entity_asset ON sync_entity (asset_id);
--;;
CREATE INDEX sync_entity_newest ON sync_entity (kind, at_ms DESC, id);
--;;
-- The newest operation of a device is how far it has come.
CREATE TABLE sync_operation (
  device_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL CHECK (seq > 0),
  hash text NOT NULL,
  operation json NOT NULL,
  result json NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (device_id, seq)
);
--;;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--;;
CREATE TRIGGER sync_operation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync_operation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
