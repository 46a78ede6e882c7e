/* What the C programs share: checks that are counted, a client, and waiting. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dynamics365.h"

static int failed_checks;

/* Prints "ok <name>" or "not ok <name>: <condition>"; a program ends with `return failed_checks != 0`. */
#define CHECK(name, condition)                                                    \
  do {                                                                            \
    if (condition) {                                                              \
      printf("ok %s\n", name);                                                    \
    } else {                                                                      \
      printf("not ok %s: %s (line %d)\n", name, #condition, __LINE__);            \
      failed_checks++;                                                            \
    }                                                                             \
    fflush(stdout);                                                               \
  } while (0)

#define LOGIN_ID "22222222-2222-4222-8222-222222222222@11111111-1111-4111-8111-111111111111"
#define SECRET "local-dataverse-secret"
#define SALES "b0000000-0000-4000-8000-000000000002"
#define SERVICE "b0000000-0000-4000-8000-000000000003"
#define ADELE "c0000000-0000-4000-8000-000000000002"
#define NOBODY "ffff0000-0000-4000-8000-000000000009"

enum { ADDRESS_SIZE = 256 };

/* The address of a path of the server that is none of its Web API, in a buffer of ADDRESS_SIZE. */
static inline const char *address_of(const char *path, char *buffer) {
  const char *url = getenv("LOCAL_DATAVERSE_URL");
  snprintf(buffer, ADDRESS_SIZE, "%s%s", url != NULL ? url : "", path);
  return buffer;
}

/* A client of the server at LOCAL_DATAVERSE_URL; NULL where something fails. */
static inline d365_client *new_client(void) {
  const char *url = getenv("LOCAL_DATAVERSE_URL");
  d365_config *config = NULL;
  d365_client *client = NULL;
  d365_status status = d365_config_new(url, &config, NULL);
  if (status == D365_STATUS_OK) {
    status = d365_config_set_secret(config, LOGIN_ID, (const uint8_t *)SECRET, strlen(SECRET), NULL);
  }
  if (status == D365_STATUS_OK) {
    status = d365_client_new(config, &client, NULL);
  }
  if (status != D365_STATUS_OK) {
    fprintf(stderr, "no client for LOCAL_DATAVERSE_URL=%s: %s\n", url != NULL ? url : "(not set)", d365_status_name(status));
  }
  d365_config_free(config);
  return client;
}

/* Waits for an operation, copies its result into a string of its own (the caller frees it), and frees the operation. */
static inline d365_status finish(d365_operation *operation, char **result, d365_error **error) {
  d365_status status;
  const char *text = NULL;
  size_t len = 0;
  do {
    status = d365_operation_wait(operation, 100, error);
  } while (status == D365_STATUS_PENDING);
  if (status == D365_STATUS_OK && result != NULL) {
    status = d365_operation_result(operation, &text, &len, error);
    *result = malloc(len + 1);
    if (*result == NULL) {
      abort();
    }
    memcpy(*result, text, len);
    (*result)[len] = '\0';
  }
  d365_operation_free(operation);
  return status;
}

/* Whether a text of an error is there and has `part` in it. */
static inline bool error_has(const d365_error *error, d365_error_field field, const char *part) {
  const char *text = NULL;
  size_t len = 0;
  char copy[4096];
  if (d365_error_text(error, (int32_t)field, &text, &len) != D365_STATUS_OK || len >= sizeof copy) {
    return false;
  }
  memcpy(copy, text, len);
  copy[len] = '\0';
  return strstr(copy, part) != NULL;
}

#endif
