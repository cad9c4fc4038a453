-- The order of text is that of code points, on every server and in every locale, so that it never changes
-- below an index or a cursor.
CREATE TABLE IF NOT EXISTS songs (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  song text COLLATE "C" NOT NULL CHECK (char_length(song) BETWEEN 1 AND 200),
  artist text COLLATE "C" NOT NULL CHECK (char_length(artist) BETWEEN 1 AND 200),
  year integer,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  -- A new one with each write; random, so that an ETag never comes back, not even in a restored database.
  version uuid NOT NULL DEFAULT gen_random_uuid(),
  CONSTRAINT songs_song_artist_key UNIQUE (song, artist)
);

-- One for each sort order; that of titles is the constraint's. A song without a year comes after all years.
CREATE INDEX IF NOT EXISTS songs_by_artist ON songs (artist, id);
CREATE INDEX IF NOT EXISTS songs_by_year ON songs (coalesce(year, 2147483647), id);
CREATE INDEX IF NOT EXISTS songs_by_creation ON songs (created_at, id);

INSERT INTO songs (song, artist, year)
VALUES ('Square Hammer', 'Ghost', 2016), ('Euclid', 'Sleep Token', 2023), ('Pink Pony Club', 'Chappell Roan', 2023)
ON CONFLICT DO NOTHING;
