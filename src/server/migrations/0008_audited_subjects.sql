-- The audit log shows what was applied only, in the order of time, and of each thing what it was before.
DROP INDEX sync_operation_audited;
--;;
CREATE INDEX sync_operation_audited ON sync_operation (stored_at, device_id, seq)
  WHERE operation::text ~ '"kind":"(rule|promotion|asset)"' AND result::text LIKE '%"outcome":"applied"%';
--;;
-- The thing it is about, by its kind and id. Escapes that the database cannot read (a NUL) become others first.
CREATE FUNCTION subject_of(operation json) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT md5((body ->> 'kind') || ' ' || (body ->> 'id')) FROM (SELECT replace(operation::text, '\u', '\/')::jsonb AS body) AS read
$$;
--;;
CREATE INDEX sync_operation_subject ON sync_operation (subject_of(operation), stored_at, device_id, seq)
  WHERE operation::text ~ '"kind":"(rule|promotion|asset)"' AND result::text LIKE '%"outcome":"applied"%';
