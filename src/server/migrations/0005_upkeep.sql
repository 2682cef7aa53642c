-- What devices were shown: one that may no longer see all of it, or was away for longer than deleted things are kept, begins anew.
CREATE TABLE pull_view (
  device_id text COLLATE "C" PRIMARY KEY,
  view text NOT NULL,
  -- When it last had everything, ms UTC, to the day.
  current_ms bigint NOT NULL
);
--;;
CREATE INDEX pull_view_current ON pull_view (current_ms);
--;;
-- The revision at which a pump last left a group; the empty one is everybody's.
CREATE TABLE group_departure (
  card_group text COLLATE "C" PRIMARY KEY,
  rev bigint NOT NULL
);
--;;
CREATE FUNCTION note_group_departure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  left_group text := '';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    left_group := coalesce(OLD.card_group, '');
  -- A pump was everybody's before its first card, if there was anything to see of it.
  ELSIF NOT EXISTS (SELECT 1 FROM sync_entity WHERE asset_id = NEW.id AND kind <> 'asset') THEN
    RETURN NULL;
  END IF;
  INSERT INTO group_departure (card_group, rev) VALUES (left_group, NEW.rev)
    ON CONFLICT (card_group) DO UPDATE SET rev = greatest(group_departure.rev, excluded.rev);
  RETURN NULL;
END $$;
--;;
CREATE TRIGGER sync_entity_moved AFTER UPDATE ON sync_entity
  FOR EACH ROW WHEN (coalesce(OLD.card_group, '') <> coalesce(NEW.card_group, '')) EXECUTE FUNCTION note_group_departure();
--;;
CREATE TRIGGER sync_entity_grouped AFTER INSERT ON sync_entity
  FOR EACH ROW WHEN (NEW.card_group <> '') EXECUTE FUNCTION note_group_departure();
--;;
-- Which revision was the newest at which time: how old a deleted entity is, by the server's clock.
CREATE TABLE revision_mark (
  at_ms bigint PRIMARY KEY,
  rev bigint NOT NULL
);
--;;
CREATE INDEX sync_entity_deleted ON sync_entity (rev) WHERE body IS NULL;
--;;
-- What people change of rules, models and pumps is read as part of the audit log. JSON.stringify has written these texts: a quoted name
-- within another text has backslashes.
CREATE INDEX sync_operation_audited ON sync_operation (stored_at, device_id, seq)
  WHERE operation::text ~ '"kind":"(rule|promotion|asset)"';
