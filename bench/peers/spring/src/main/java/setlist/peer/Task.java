package setlist.peer;

import com.fasterxml.jackson.annotation.JsonFormat;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import org.hibernate.validator.constraints.CodePointLength;

record Task(
    int id,
    String title,
    String description,
    boolean done,
    @JsonFormat(pattern = Song.INSTANT, timezone = "UTC") Instant createdAt,
    @JsonFormat(pattern = Song.INSTANT, timezone = "UTC") Instant updatedAt) {
  /** Not a record: with setters, an absent member keeps its default and null replaces it. */
  static final class Create {
    @NotNull
    @CodePointLength(min = 1, max = 200)
    @WithoutNul
    private String title;

    @NotNull
    @CodePointLength(max = 2000)
    @WithoutNul
    private String description = "";

    @NotNull private Boolean done = false;

    public String getTitle() {
      return title;
    }

    public void setTitle(String title) {
      this.title = title;
    }

    public String getDescription() {
      return description;
    }

    public void setDescription(String description) {
      this.description = description;
    }

    public Boolean getDone() {
      return done;
    }

    public void setDone(Boolean done) {
      this.done = done;
    }
  }
}
