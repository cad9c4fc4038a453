package setlist.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;

/** Converts a PostgreSQL connection URI into a JDBC URL. */
final class DatabaseUrl {
  private DatabaseUrl() {}

  static Map<String, Object> toProperties(String url) {
    var parsed = URI.create(url);
    var properties = new HashMap<String, Object>();
    int port = parsed.getPort() < 0 ? 5432 : parsed.getPort();
    String query = parsed.getRawQuery() == null ? "" : "?" + parsed.getRawQuery();
    properties.put(
        "spring.datasource.url",
        "jdbc:postgresql://" + parsed.getHost() + ":" + port + parsed.getRawPath() + query);
    if (parsed.getRawUserInfo() != null) {
      String[] user = parsed.getRawUserInfo().split(":", 2);
      properties.put("spring.datasource.username", decode(user[0]));
      if (user.length > 1) properties.put("spring.datasource.password", decode(user[1]));
    }
    return properties;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }
}
