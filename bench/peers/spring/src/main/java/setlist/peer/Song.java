package setlist.peer;

import com.fasterxml.jackson.annotation.JsonFormat;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import org.hibernate.validator.constraints.CodePointLength;

record Song(
    int id,
    String song,
    String artist,
    Integer year,
    @JsonFormat(pattern = Song.INSTANT, timezone = "UTC") Instant createdAt) {
  /** RFC 3339 in UTC, always with milliseconds. */
  static final String INSTANT = "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'";

  record Create(
      @NotNull @CodePointLength(min = 1, max = 200) @WithoutNul String song,
      @NotNull @CodePointLength(min = 1, max = 200) @WithoutNul String artist,
      Integer year) {}

  record Envelope(Song data) {}
}
