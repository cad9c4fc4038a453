package setlist.peer;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The benchmark's contract on Spring Boot and JdbcTemplate. See README.md. */
@SpringBootApplication
public class Application {
  public static void main(String[] args) {
    var application = new SpringApplication(Application.class);
    application.setDefaultProperties(
        Map.copyOf(DatabaseUrl.toProperties(System.getenv("DATABASE_URL"))));
    application.run(args);
  }
}
