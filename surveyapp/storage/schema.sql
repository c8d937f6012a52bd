-- GeoPackage 1.3 and the tables of history. The tables of records, their R-trees and their triggers are
-- derived from domain/fields.py (ddl.py, history.py). Text of the system tables: OGC 12-128r17, Annex C.

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');

CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);

CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);

CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec130/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec130/#extension_schema', 'read-write'),
  ('gpkg_metadata', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec130/#extension_metadata', 'read-write'),
  ('gpkg_metadata_reference', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec130/#extension_metadata', 'read-write'),
  ('gpkgext_relations', NULL, 'related_tables', 'http://docs.opengeospatial.org/is/18-000/18-000.html', 'read-write'),
  ('sighting_photo', NULL, 'related_tables', 'http://docs.opengeospatial.org/is/18-000/18-000.html', 'read-write');

-- GDAL's own count of features; QGIS shows it, so it has to stay right.
CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL);

CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  name TEXT,
  title TEXT,
  description TEXT,
  mime_type TEXT,
  constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name)
);

CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL,
  constraint_type TEXT NOT NULL,
  value TEXT,
  min NUMERIC,
  min_is_inclusive BOOLEAN,
  max NUMERIC,
  max_is_inclusive BOOLEAN,
  description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);

CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);

CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);

CREATE TABLE gpkgext_relations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  base_table_name TEXT NOT NULL,
  base_primary_column TEXT NOT NULL DEFAULT 'id',
  related_table_name TEXT NOT NULL,
  related_primary_column TEXT NOT NULL DEFAULT 'id',
  relation_name TEXT NOT NULL,
  mapping_table_name TEXT NOT NULL UNIQUE
);

CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);

-- History. One row for every insert, edit, move and delete of every record, written by triggers in the same
-- transaction, whoever makes the change.
CREATE TABLE revision (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  revision TEXT NOT NULL UNIQUE,
  layer TEXT NOT NULL,
  record TEXT NOT NULL,
  parents TEXT NOT NULL,     -- JSON list of the revisions of this record that it was made upon
  operation TEXT NOT NULL,   -- insert, update, delete, resolve
  changed TEXT,              -- JSON list of the fields that it wrote; NULL: all that the body fills
  body TEXT,                 -- JSON of the whole record after it, empty fields left out; NULL after a delete
  author TEXT,
  device TEXT,
  at DATETIME,
  change_set TEXT,           -- changes that were made, and are undone, together
  initiator TEXT,            -- form, import, undo:<change set> ...
  head BOOLEAN NOT NULL DEFAULT 1   -- nothing was made upon it yet; derived, the only column that changes
);
CREATE INDEX revision_record ON revision (record, layer);
CREATE INDEX revision_head ON revision (layer, record, operation) WHERE head = 1;
CREATE INDEX revision_change_set ON revision (change_set) WHERE change_set IS NOT NULL;
CREATE TRIGGER revision_stays BEFORE UPDATE OF
  id, revision, layer, record, parents, operation, changed, body, author, device, at, change_set, initiator
  ON revision BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER revision_kept BEFORE DELETE ON revision
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

-- Who is writing, while SurveyApp writes; empty at rest, so that an outside edit is known as one.
CREATE TABLE revision_context (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  author TEXT, device TEXT, change_set TEXT, initiator TEXT
);

-- Open disagreements; derived from the history, kept as a table so that QGIS shows them.
CREATE TABLE conflict (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  conflict TEXT NOT NULL UNIQUE,
  layer TEXT NOT NULL,
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  ancestor TEXT,             -- JSON
  standing TEXT NOT NULL,    -- JSON list of {value, author, at, revision}
  chosen TEXT                -- JSON of the provisional value
);
CREATE INDEX conflict_record ON conflict (record, layer);

-- Packages that were merged into this file.
CREATE TABLE package (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  content TEXT NOT NULL UNIQUE,  -- digest of the package's revisions
  sha256 TEXT,                   -- of the file as it came
  file_name TEXT,
  team TEXT,
  survey_uuid TEXT,
  revisions INTEGER,
  merged_at DATETIME,
  merged_by TEXT
);

-- Rows that could not be taken over, with the reason; nothing is dropped in silence.
CREATE TABLE rejected (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  layer TEXT NOT NULL,
  source TEXT,
  reason TEXT NOT NULL,
  body TEXT,
  at DATETIME
);

-- Bytes of photos whose rows were deleted, so that a deletion can be taken back.
CREATE TABLE photo_kept (sha256 TEXT PRIMARY KEY NOT NULL, data BLOB NOT NULL);
