package setlist.peer;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.stereotype.Repository;

@Repository
class TaskRepository {
  private static final String COLUMNS = "id, title, description, done, created_at, updated_at";

  private static final RowMapper<Task> MAPPER =
      (row, number) ->
          new Task(
              row.getInt(1),
              row.getString(2),
              row.getString(3),
              row.getBoolean(4),
              row.getObject(5, OffsetDateTime.class).toInstant(),
              row.getObject(6, OffsetDateTime.class).toInstant());

  private final JdbcTemplate jdbc;

  TaskRepository(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  List<Task> list(Boolean done, int limit) {
    String select = "SELECT " + COLUMNS + " FROM tasks";
    return done == null
        ? jdbc.query(select + " ORDER BY id LIMIT ?", MAPPER, limit)
        : jdbc.query(select + " WHERE done = ? ORDER BY id LIMIT ?", MAPPER, done, limit);
  }

  Optional<Task> find(int id) {
    return jdbc.query("SELECT " + COLUMNS + " FROM tasks WHERE id = ?", MAPPER, id).stream().findFirst();
  }

  Task create(Task.Create task) {
    return jdbc.queryForObject(
        "INSERT INTO tasks (title, description, done) VALUES (?, ?, ?) RETURNING " + COLUMNS,
        MAPPER,
        task.getTitle(),
        task.getDescription(),
        task.getDone());
  }

  Optional<Task> replace(int id, Task.Create task) {
    return jdbc
        .query(
            "UPDATE tasks SET title = ?, description = ?, done = ?, updated_at = now(), version = gen_random_uuid()"
                + " WHERE id = ? RETURNING "
                + COLUMNS,
            MAPPER,
            task.getTitle(),
            task.getDescription(),
            task.getDone(),
            id)
        .stream()
        .findFirst();
  }

  /** Returns whether the task existed. */
  boolean delete(int id) {
    return jdbc.update("DELETE FROM tasks WHERE id = ?", id) > 0;
  }
}
