#include "show.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"

/* The lists of the service and of the handshake, and what of their rows is shown where no columns are named. */
static const struct list {
  const char *name;
  const char *columns;
} LISTS[] = {
    {"transfers", "id cycle kind amount debit credit ref memo"},
    {"bids", "id status agent_id payer amount bundle.cpu_seconds bundle.memory_mb bundle.tokens bundle.attention "
             "earliest_cycle last_reason"},
    {"prompts", "id status reward scores.interesting scores.useful scores.understandable next_bid.status title reason"},
    {"answers", "prompt_id status reward scores.interesting scores.useful scores.understandable next_bid.status title "
                "reason"},
    {"responses", "prompt_id status reward scores.interesting scores.useful scores.understandable next_bid.status "
                  "reason"},
    {"requests", "id until text files"},
    {"messages", "id from sent_at content"},
    {"inbox", "id from sent_at content"},
    {"agents", "id status parent born_cycle children last_seen_cycle"},
    {"recent", "cycle at bids competing winners expired revenue"},
    {"models", "name"},
    {"data", "id"},
};

static const struct list *list_of(const char *name) {
  for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++)
    if (strcmp(LISTS[i].name, name) == 0) return &LISTS[i];
  return NULL;
}

/* Where one of them stands in a terminal or a line, it could pass for something else. */
static bool is_forging(uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x200E && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

/* Takes one code point of UTF-8; what is none is U+FFFD. */
static size_t take_point(const unsigned char *bytes, size_t count, uint32_t *point) {
  static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length = *bytes < 0x80 ? 1 : *bytes < 0xC2 ? 0 : *bytes < 0xE0 ? 2 : *bytes < 0xF0 ? 3 : *bytes < 0xF5 ? 4 : 0;
  *point = length == 1 ? *bytes : length == 0 ? 0 : *bytes & (0x7Fu >> length);
  bool is_right = length > 0 && length <= count;
  for (size_t i = 1; is_right && i < length; i++) {
    is_right = (bytes[i] & 0xC0) == 0x80;
    *point = *point << 6 | (bytes[i] & 0x3F);
  }
  if (is_right && *point >= LEAST[length] && *point <= 0x10FFFF && (*point < 0xD800 || *point > 0xDFFF)) return length;
  *point = 0xFFFD;
  return 1;
}

static void escape(FILE *stream, const char *bytes, size_t count, bool is_name) {
  for (size_t i = 0; i < count;) {
    uint32_t point;
    size_t length = take_point((const unsigned char *)bytes + i, count - i, &point);
    if (point == '\n')
      fputs("\\n", stream);
    else if (point == '\t')
      fputs("\\t", stream);
    else if (point == '\r')
      fputs("\\r", stream);
    else if (point == '\\')
      fputs("\\\\", stream);
    else if (is_forging(point) || (is_name && (point == ' ' || point == '.')))
      fprintf(stream, "\\u%04x", point);
    else if (point == 0xFFFD)
      fputs("\xEF\xBF\xBD", stream);
    else
      fwrite(bytes + i, 1, length, stream);
    i += length;
  }
}

void show_escaped(FILE *stream, const char *bytes, size_t count) { escape(stream, bytes, count, false); }

void show_value(FILE *stream, struct json value) {
  if (json_kind(value) == JSON_NULL || value.length == 0 || (json_kind(value) == JSON_STRING && value.length == 2)) {
    fputc('-', stream);
  } else if (json_kind(value) == JSON_STRING) {
    struct text text = {0};
    json_say(value, &text);
    show_escaped(stream, text.bytes, text.length);
    free(text.bytes);
  } else
    show_escaped(stream, value.bytes, value.length);
}

static bool is_nested(struct json value) { return json_kind(value) == JSON_OBJECT || json_kind(value) == JSON_ARRAY; }

/* `name value` for each leaf; of a list the count. As deep as json_read allows. */
static void show_leaves(const char *prefix, struct json object) {
  struct json_walk walk = json_walk(object);
  struct json key, value;
  while (json_next(&walk, &key, &value)) {
    struct text words = {0};
    char *name = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&name, &size);
    if (stream == NULL) fail(NO_SERVICE, "out_of_memory", "a name can't be had");
    fputs(prefix, stream);
    json_say(key, &words);
    escape(stream, words.bytes == NULL ? "" : words.bytes, words.length, true);
    if (json_kind(value) == JSON_OBJECT) fputc('.', stream);
    fclose(stream);
    if (json_kind(value) == JSON_OBJECT)
      show_leaves(name, value);
    else if (json_kind(value) == JSON_ARRAY)
      printf("%s.count %zu\n", name, json_count(value));
    else {
      printf("%s ", name);
      show_value(stdout, value);
      putchar('\n');
    }
    free(name);
    free(words.bytes);
  }
}

static void show_cell(struct json row, const char *column, bool is_first) {
  struct json value;
  if (!is_first) putchar('\t');
  if (!json_path(row, column, &value))
    putchar('-');
  else if (json_kind(value) == JSON_ARRAY)
    printf("%zu", json_count(value));
  else
    show_value(stdout, value);
}

static void check_column(struct json row, const char *column) {
  struct json value;
  char top[64];
  snprintf(top, sizeof top, "%.*s", (int)strcspn(column, "."), column);
  if (!json_member(row, top, &value)) fail(MISUSED, "unknown_field", "no row has %s", column);
}

static void show_row(struct json row, const struct view *columns, const char *usual) {
  for (size_t i = 0; i < columns->count; i++) {
    check_column(row, columns->names[i]);
    show_cell(row, columns->names[i], i == 0);
  }
  for (const char *at = usual; columns->count == 0 && *at != '\0'; at += strspn(at, " ")) {
    char column[64];
    size_t length = strcspn(at, " ");
    snprintf(column, sizeof column, "%.*s", (int)length, at);
    show_cell(row, column, at == usual);
    at += length;
  }
  putchar('\n');
}

static void show_rows(struct json array, const struct view *columns, const char *usual) {
  struct json_walk walk = json_walk(array);
  struct json key, row;
  for (size_t i = 0; json_next(&walk, &key, &row); i++) {
    if (json_kind(row) == JSON_OBJECT && (usual != NULL || columns->count > 0))
      show_row(row, columns, usual == NULL ? "" : usual);
    else if (json_kind(row) == JSON_OBJECT) {
      char prefix[24];
      snprintf(prefix, sizeof prefix, "%zu.", i);
      show_leaves(prefix, row);
    } else {
      show_value(stdout, row);
      putchar('\n');
    }
  }
}

static void show_one(const char *name, struct json value) {
  static const struct view ALL = {0};
  char prefix[256];
  const char *last = strrchr(name, '.');
  const struct list *list = list_of(last == NULL ? name : last + 1);
  if (json_kind(value) == JSON_ARRAY)
    show_rows(value, &ALL, list == NULL ? NULL : list->columns);
  else if (json_kind(value) == JSON_OBJECT) {
    snprintf(prefix, sizeof prefix, "%s.", name);
    show_leaves(prefix, value);
  } else {
    show_value(stdout, value);
    putchar('\n');
  }
}

/* The list that an answer is, if it is one. */
static const struct list *list_in(struct json answer, struct json *rows) {
  struct json_walk walk = json_walk(answer);
  struct json key;
  if (json_kind(answer) != JSON_OBJECT || !json_next(&walk, &key, rows) || json_kind(*rows) != JSON_ARRAY) return NULL;
  for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++)
    if (json_is(key, LISTS[i].name)) return &LISTS[i];
  return NULL;
}

static void show_named(struct json answer, const struct view *view) {
  struct json rows, value;
  const struct list *list = list_in(answer, &rows);
  if (list != NULL && !(view->count == 1 && json_path(answer, view->names[0], &value))) {
    show_rows(rows, view, NULL);
    return;
  }
  for (size_t i = 0; i < view->count; i++) {
    if (!json_path(answer, view->names[i], &value)) fail(MISUSED, "unknown_field", "the answer has no %s", view->names[i]);
    show_one(view->names[i], value);
  }
}

void show(const struct text *answer, const struct view *view) {
  static const struct view ALL = {0};
  struct json whole, rows;
  bool is_json = answer->length > 0 && json_read(answer->bytes, answer->length, &whole);
  if (view->as_json || !is_json) {
    if (!is_json && view->count > 0) fail(NO_SERVICE, "unreadable_answer", "the answer is no JSON");
    fwrite(answer->bytes, 1, answer->length, stdout);
    if (answer->length > 0 && answer->bytes[answer->length - 1] != '\n') putchar('\n');
  } else if (view->count > 0)
    show_named(whole, view);
  else {
    const struct list *list = list_in(whole, &rows);
    if (list != NULL)
      show_rows(rows, &ALL, list->columns);
    else if (json_kind(whole) == JSON_OBJECT)
      show_leaves("", whole);
    else if (is_nested(whole))
      show_rows(whole, &ALL, NULL);
    else
      show_one("", whole);
  }
}
