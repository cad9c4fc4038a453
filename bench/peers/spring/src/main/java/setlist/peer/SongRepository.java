package setlist.peer;

import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.stereotype.Repository;

@Repository
class SongRepository {
  private static final String COLUMNS = "id, song, artist, year, created_at";

  private static final RowMapper<Song> MAPPER =
      (row, number) ->
          new Song(
              row.getInt(1),
              row.getString(2),
              row.getString(3),
              row.getObject(4, Integer.class),
              row.getObject(5, OffsetDateTime.class).toInstant());

  private final JdbcTemplate jdbc;

  SongRepository(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  List<Song> list(String song, String artist, Integer year, int limit) {
    var conditions = new ArrayList<String>();
    var values = new ArrayList<Object>();
    if (song != null) {
      conditions.add("song = ?");
      values.add(song);
    }
    if (artist != null) {
      conditions.add("artist = ?");
      values.add(artist);
    }
    if (year != null) {
      conditions.add("year = ?");
      values.add(year);
    }
    values.add(limit);
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    return jdbc.query(
        "SELECT " + COLUMNS + " FROM songs" + where + " ORDER BY id LIMIT ?", MAPPER, values.toArray());
  }

  Optional<Song> find(int id) {
    return jdbc.query("SELECT " + COLUMNS + " FROM songs WHERE id = ?", MAPPER, id).stream().findFirst();
  }

  /** Adds a song; empty if the pair of song and artist exists. */
  Optional<Song> create(Song.Create song) {
    return jdbc
        .query(
            "INSERT INTO songs (song, artist, year) VALUES (?, ?, ?) ON CONFLICT (song, artist) DO NOTHING RETURNING "
                + COLUMNS,
            MAPPER,
            song.song(),
            song.artist(),
            // With its type: one prepared statement for integers and null.
            new SqlParameterValue(Types.INTEGER, song.year()))
        .stream()
        .findFirst();
  }
}
