#pragma once

#include <stdbool.h>
#include <stddef.h>

enum place { IN_PATH, IN_QUERY, IN_BODY };
enum type { TEXT, NUMBER, FLAG, BUNDLE, LIST, JSON };

/* Something that a request of a route may hold. */
struct field {
  /* As the service calls it; of a field in another one with a dot: next_bid.bundle. */
  const char *name;
  /* Without the dashes before it. */
  const char *option;
  enum place place;
  enum type type;
  bool is_required;
  const char *about;
};

struct route {
  const char *operation;
  const char *method;
  const char *path;
  const char *about;
  bool takes_key;
  /* Its body is as the provider's documentation says. */
  bool takes_any_body;
  const struct field *fields;
  size_t count;
};

/* routes.c is made from docs/openapi.json by runtime/setup/bp-routes.mjs. */
extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;

const struct route *route_of(const char *operation);
