/* What the sweep over every export is made with: the handles that its calls are given, and what they must answer.
 *
 * The calls themselves are generated from the header by xtask/src/test/sweep.rs, so that no new export is left out. Threads make all of them
 * at once: client, question and error are shared, as the header allows; settings, operation and rows are each thread's own.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include <pthread.h>
#include <stdarg.h>

#include "check.h"

/* Nothing listens there: what is started ends soon, and changes nothing. */
#define NOWHERE "http://127.0.0.1:1/"
#define NOT_UTF8 "\xff\xfe\x80"

enum { SWEEPERS = 8 };

/* The handles of one thread. */
struct given {
  d365_config *config;
  const d365_client *client;
  const d365_operation *operation;
  const d365_rows *rows;
  const d365_question *question;
  const d365_error *failure;
};

/* An export, and what sweeps it: the number of calls that were not answered as they should be. */
struct sweep {
  const char *name;
  int (*run)(const struct given *given);
};

static pthread_mutex_t one_speaks = PTHREAD_MUTEX_INITIALIZER;

static inline int wrong(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  pthread_mutex_lock(&one_speaks);
  printf("  ");
  vprintf(format, arguments);
  printf("\n");
  pthread_mutex_unlock(&one_speaks);
  va_end(arguments);
  return 1;
}

/* The call was refused for what was done to `parameter`, and the error says so; a function without a place for an error gives only the status. */
static inline int refused(const char *call, const char *parameter, const char *why, d365_status status, bool untouched, d365_error **error) {
  int bad = 0;
  if (status != D365_STATUS_INVALID_ARGUMENT) {
    bad += wrong("%s, %s %s: %s", call, parameter, why, d365_status_name(status));
  }
  if (!untouched) {
    bad += wrong("%s, %s %s: an output was written", call, parameter, why);
  }
  if (error != NULL && (!error_has(*error, D365_ERROR_FIELD_TARGET, parameter) || !error_has(*error, D365_ERROR_FIELD_MESSAGE, why))) {
    bad += wrong("%s, %s %s: the error does not say so", call, parameter, why);
  }
  if (error != NULL) {
    d365_error_free(*error);
    *error = NULL;
  }
  return bad;
}

/* The call was taken: it may fail for another reason, but neither for its arguments nor for a defect. */
static inline int taken(const char *call, const char *what, d365_status status, d365_error **error) {
  int bad = 0;
  if (status == D365_STATUS_INVALID_ARGUMENT || status == D365_STATUS_INTERNAL || strcmp(d365_status_name(status), "Unknown") == 0) {
    bad += wrong("%s, %s: %s", call, what, d365_status_name(status));
  }
  if (error != NULL) {
    d365_error_free(*error);
    *error = NULL;
  }
  return bad;
}

/* The call was answered somehow, but not by a defect. */
static inline int answered(const char *call, const char *what, d365_status status, d365_error **error) {
  int bad = status == D365_STATUS_INTERNAL ? wrong("%s, %s: %s", call, what, d365_status_name(status)) : 0;
  if (error != NULL) {
    d365_error_free(*error);
    *error = NULL;
  }
  return bad;
}

static inline void must(d365_status status) {
  if (status != D365_STATUS_OK) {
    fprintf(stderr, "the sweep can't begin: %s\n", d365_status_name(status));
    abort();
  }
}

static inline d365_config *settings(void) {
  d365_config *config = NULL;
  must(d365_config_new(NOWHERE, &config, NULL));
  must(d365_config_set_secret(config, LOGIN_ID, (const uint8_t *)SECRET, strlen(SECRET), NULL));
  must(d365_config_set_option(config, "max_tries", "1", NULL));
  return config;
}

/* A question of a client that was set up without a callback. */
static inline d365_question *asked(const d365_client *client, d365_operation **asking) {
  d365_question *question = NULL;
  must(d365_who_am_i(client, asking, NULL));
  while (d365_operation_wait(*asking, 1000, NULL) != D365_STATUS_ANSWER_NEEDED) {
  }
  must(d365_client_question(client, &question, NULL));
  return question;
}

struct sweeper {
  const struct sweep *sweeps;
  size_t count;
  struct given given;
  int *bad;
  pthread_t thread;
};

static void *sweep_all(void *argument) {
  struct sweeper *sweeper = argument;
  struct given *given = &sweeper->given;
  d365_operation *operation = NULL;
  d365_rows *rows = NULL;
  size_t index;
  given->config = settings();
  must(d365_who_am_i(given->client, &operation, NULL));
  must(d365_user_list(given->client, NULL, NULL, NULL, 0, &rows, NULL));
  given->operation = operation;
  given->rows = rows;
  for (index = 0; index < sweeper->count; index++) {
    sweeper->bad[index] = sweeper->sweeps[index].run(given);
  }
  d365_rows_free(rows);
  d365_operation_free(operation);
  d365_config_free(given->config);
  return NULL;
}

/* Runs every sweep on every thread. */
static inline int sweep_main(const struct sweep *sweeps, size_t count) {
  struct sweeper sweepers[SWEEPERS];
  d365_config *config = settings(), *asker = NULL;
  d365_client *client = NULL, *asking_client = NULL;
  d365_operation *asking = NULL;
  d365_question *question;
  d365_error *failure = NULL;
  size_t index, export;
  must(d365_client_new(config, &client, NULL));
  must(d365_config_new(NOWHERE, &asker, NULL));
  must(d365_config_set_token_source(asker, NULL, NULL, NULL, NULL));
  must(d365_client_new(asker, &asking_client, NULL));
  question = asked(asking_client, &asking);
  if (d365_config_new(NULL, NULL, &failure) == D365_STATUS_OK || failure == NULL) {
    abort();
  }
  for (index = 0; index < SWEEPERS; index++) {
    struct sweeper *sweeper = &sweepers[index];
    memset(sweeper, 0, sizeof *sweeper);
    sweeper->sweeps = sweeps;
    sweeper->count = count;
    sweeper->given.client = client;
    sweeper->given.question = question;
    sweeper->given.failure = failure;
    sweeper->bad = calloc(count, sizeof *sweeper->bad);
    if (sweeper->bad == NULL || pthread_create(&sweeper->thread, NULL, sweep_all, sweeper) != 0) {
      abort();
    }
  }
  for (index = 0; index < SWEEPERS; index++) {
    pthread_join(sweepers[index].thread, NULL);
  }
  for (export = 0; export < count; export++) {
    int bad = 0;
    for (index = 0; index < SWEEPERS; index++) {
      bad += sweepers[index].bad[export];
    }
    CHECK(sweeps[export].name, bad == 0);
  }
  for (index = 0; index < SWEEPERS; index++) {
    free(sweepers[index].bad);
  }
  d365_error_free(failure);
  d365_question_free(question);
  d365_operation_free(asking);
  d365_client_free(asking_client);
  d365_client_free(client);
  d365_config_free(asker);
  d365_config_free(config);
  return failed_checks != 0;
}

#endif
