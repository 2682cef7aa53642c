-- Readings that came over HTTP, what the model said of them, and what was done to the pumps. Times are ms UTC.
CREATE TABLE monitored_asset (
  asset_id text COLLATE "C" PRIMARY KEY,
  -- Fed by a simulation: nothing else may be.
  is_simulated boolean NOT NULL,
  -- Time of the newest reading that moved the state, the state it left (PumpState), and the newest score; null where there is none.
  newest_ms bigint,
  state json NOT NULL,
  model_id text,
  score real,
  threshold real
);
--;;
CREATE TABLE reading (
  asset_id text COLLATE "C" NOT NULL,
  t_ms bigint NOT NULL,
  motor_rpm real,
  bearing_temperature_c real,
  oil_pressure_bar real,
  vibration_mm_s real,
  flow_rate_l_min real,
  suction_pressure_bar real,
  discharge_pressure_bar real,
  motor_current_a real,
  casing_temperature_c real,
  ambient_temperature_c real,
  -- A code per channel, in the order of the columns above: why its value is, or is not, to be believed.
  quality bytea NOT NULL,
  PRIMARY KEY (asset_id, t_ms)
);
--;;
CREATE INDEX reading_time ON reading (t_ms);
--;;
-- A model has a pace of its own, so its scores are not at the times of readings. A null score is unknown, and `status` says why.
CREATE TABLE reading_score (
  asset_id text COLLATE "C" NOT NULL,
  t_ms bigint NOT NULL,
  model_id text COLLATE "C" NOT NULL,
  score real,
  status smallint NOT NULL,
  PRIMARY KEY (asset_id, t_ms, model_id)
);
--;;
CREATE INDEX reading_score_time ON reading_score (t_ms);
--;;
CREATE TABLE reading_finding (
  id text COLLATE "C" PRIMARY KEY,
  asset_id text COLLATE "C" NOT NULL,
  opened_ms bigint NOT NULL,
  -- Null while it is open.
  end_ms bigint,
  body json NOT NULL
);
--;;
CREATE INDEX reading_finding_asset ON reading_finding (asset_id, opened_ms);
--;;
CREATE INDEX reading_finding_time ON reading_finding (opened_ms, id);
--;;
CREATE TABLE maintenance_event (
  id uuid PRIMARY KEY,
  asset_id text COLLATE "C" NOT NULL,
  at_ms bigint NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  notes text NOT NULL,
  -- Numeric, so that money is what was written; null where nobody said.
  cost numeric(14, 2),
  currency text,
  recorded_by text NOT NULL,
  recorded_ms bigint NOT NULL
);
--;;
CREATE INDEX maintenance_event_asset ON maintenance_event (asset_id, at_ms, id);
--;;
CREATE INDEX maintenance_event_time ON maintenance_event (at_ms, id);
