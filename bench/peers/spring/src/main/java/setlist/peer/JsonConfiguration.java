package setlist.peer;

import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

@Configuration(proxyBeanMethods = false)
class JsonConfiguration {
  /** Strict bodies: no value is converted to another type, and no unknown member is dropped. */
  @Bean
  JsonMapperBuilderCustomizer strictJson() {
    return builder -> {
      builder.enable(
          DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
          DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
      builder.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
      refuse(
          builder,
          LogicalType.Textual,
          CoercionInputShape.Integer,
          CoercionInputShape.Float,
          CoercionInputShape.Boolean);
      refuse(
          builder,
          LogicalType.Integer,
          CoercionInputShape.String,
          CoercionInputShape.EmptyString,
          CoercionInputShape.Float,
          CoercionInputShape.Boolean);
      refuse(
          builder,
          LogicalType.Boolean,
          CoercionInputShape.String,
          CoercionInputShape.EmptyString,
          CoercionInputShape.Integer,
          CoercionInputShape.Float);
    };
  }

  private static void refuse(
      JsonMapper.Builder builder, LogicalType type, CoercionInputShape... shapes) {
    builder.withCoercionConfig(
        type,
        config -> {
          for (var shape : shapes) config.setCoercion(shape, CoercionAction.Fail);
        });
  }
}
