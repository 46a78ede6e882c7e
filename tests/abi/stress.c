/* Many threads on one client, many clients in one process, cancelling at random moments, freeing in any order: nothing hangs, nothing is told wrong,
 * and nothing is left. */
#include <pthread.h>

#include "check.h"
#ifdef __linux__
#include "left.h"
#endif

enum { THREADS = 64, ROUNDS = 4, CLIENTS = 100, HANDLES = 4 };

/* Random numbers of a thread: the same ones each time. */
static uint32_t random_of(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static bool is_expected(d365_status status, bool cancelled) {
  return status == D365_STATUS_OK || (cancelled && (status == D365_STATUS_CANCELLED || status == D365_STATUS_OUTCOME_UNKNOWN));
}

/* ---- Many threads on one client ---- */

struct worker {
  const d365_client *client;
  uint32_t random;
  int wrong;
  pthread_t thread;
};

static void *cancel_later(void *argument) {
  d365_operation *operation = argument;
  uint32_t spins = (uint32_t)(uintptr_t)operation * 2654435761u % 200;
  while (spins-- > 0) {
    d365_operation_wait(operation, 0, NULL);
  }
  d365_operation_cancel(operation);
  return NULL;
}

/* Reads a user; another thread may cancel it at a random moment. */
static bool one_operation(const struct worker *worker, bool cancel) {
  d365_operation *operation = NULL;
  d365_error *error = NULL;
  char *result = NULL;
  pthread_t canceller;
  d365_status status;
  bool good;
  if (d365_user_get(worker->client, ADELE, "fullname", &operation, NULL) != D365_STATUS_OK ||
      (cancel && pthread_create(&canceller, NULL, cancel_later, operation) != 0)) {
    abort();
  }
  do {
    status = d365_operation_wait(operation, 50, NULL);
  } while (status == D365_STATUS_PENDING);
  if (cancel) {
    pthread_join(canceller, NULL);
  }
  status = finish(operation, &result, &error);
  good = is_expected(status, cancel) && (status != D365_STATUS_OK || strcmp(result, "{\"fullname\":\"Adele Example\"}") == 0) && (error == NULL) == (status == D365_STATUS_OK);
  d365_error_free(error);
  free(result);
  return good;
}

/* Reads rows, all of them or up to a random moment. */
static bool some_rows(const struct worker *worker, uint32_t most) {
  d365_rows *rows = NULL;
  d365_batch batch;
  d365_status status = D365_STATUS_OK;
  size_t seen = 0;
  if (d365_user_list(worker->client, "fullname", NULL, NULL, 0, &rows, NULL) != D365_STATUS_OK) {
    abort();
  }
  while ((status == D365_STATUS_OK || status == D365_STATUS_PENDING) && most-- > 0) {
    status = d365_rows_next(rows, 20, &batch, NULL);
    seen += status == D365_STATUS_OK ? batch.rows : 0;
  }
  if (status == D365_STATUS_PENDING) {
    d365_rows_cancel(rows);
    status = d365_rows_next(rows, 1000, &batch, NULL);
  }
  d365_rows_free(rows);
  return status == D365_STATUS_OK || status == D365_STATUS_CANCELLED || (status == D365_STATUS_END && seen > 3);
}

static void *works(void *argument) {
  struct worker *worker = argument;
  int round;
  for (round = 0; round < ROUNDS; round++) {
    d365_operation *operation = NULL;
    switch (random_of(&worker->random) % 4) {
      case 0:
        worker->wrong += !one_operation(worker, false);
        break;
      case 1:
        worker->wrong += !one_operation(worker, true);
        break;
      case 2:
        worker->wrong += !some_rows(worker, random_of(&worker->random) % 200);
        break;
      default:
        /* Freed while it is under way. */
        worker->wrong += d365_user_set_enabled(worker->client, ADELE, false, D365_PLAN, &operation, NULL) != D365_STATUS_OK;
        d365_operation_free(operation);
    }
  }
  return NULL;
}

static void many_threads(void) {
  struct worker workers[THREADS];
  d365_client *client = new_client();
  int index, wrong = 0;
  for (index = 0; index < THREADS; index++) {
    workers[index].client = client;
    workers[index].random = 2463534242u + (uint32_t)index;
    workers[index].wrong = 0;
    if (pthread_create(&workers[index].thread, NULL, works, &workers[index]) != 0) {
      abort();
    }
  }
  for (index = 0; index < THREADS; index++) {
    pthread_join(workers[index].thread, NULL);
    wrong += workers[index].wrong;
  }
  d365_client_free(client);
  CHECK("64 threads work with one client, and cancel at random moments", wrong == 0);
}

/* ---- Many clients in one process ---- */

struct environment {
  d365_config *config;
  d365_client *client;
  d365_operation *operation;
  d365_rows *rows;
};

static void let_go(struct environment *environment, uint32_t handle) {
  switch (handle) {
    case 0:
      d365_config_free(environment->config);
      break;
    case 1:
      d365_client_free(environment->client);
      break;
    case 2:
      d365_operation_free(environment->operation);
      break;
    default:
      d365_rows_free(environment->rows);
  }
}

static void many_clients(void) {
  static struct environment environments[CLIENTS];
  uint32_t order[CLIENTS * HANDLES], random = 88172645u;
  d365_batch batch;
  int index, good = 0;
  for (index = 0; index < CLIENTS; index++) {
    struct environment *environment = &environments[index];
    if (d365_config_new(getenv("LOCAL_DATAVERSE_URL"), &environment->config, NULL) != D365_STATUS_OK ||
        d365_config_set_secret(environment->config, LOGIN_ID, (const uint8_t *)SECRET, strlen(SECRET), NULL) != D365_STATUS_OK ||
        d365_client_new(environment->config, &environment->client, NULL) != D365_STATUS_OK ||
        d365_who_am_i(environment->client, &environment->operation, NULL) != D365_STATUS_OK ||
        d365_user_list(environment->client, NULL, NULL, NULL, 0, &environment->rows, NULL) != D365_STATUS_OK) {
      abort();
    }
  }
  /* Every other one is used to its end. */
  for (index = 0; index < CLIENTS; index += 2) {
    d365_status status, listed;
    do {
      status = d365_operation_wait(environments[index].operation, 1000, NULL);
    } while (status == D365_STATUS_PENDING);
    do {
      listed = d365_rows_next(environments[index].rows, 1000, &batch, NULL);
    } while (listed == D365_STATUS_PENDING || listed == D365_STATUS_OK);
    good += status == D365_STATUS_OK && listed == D365_STATUS_END;
  }
  CHECK("100 clients live in one process", good == CLIENTS / 2);
  for (index = 0; index < CLIENTS * HANDLES; index++) {
    order[index] = (uint32_t)index;
  }
  for (index = CLIENTS * HANDLES - 1; index > 0; index--) {
    uint32_t other = random_of(&random) % (uint32_t)(index + 1), kept = order[index];
    order[index] = order[other];
    order[other] = kept;
  }
  for (index = 0; index < CLIENTS * HANDLES; index++) {
    let_go(&environments[order[index] / HANDLES], order[index] % HANDLES);
  }
  CHECK("their handles are freed in any order", true);
}

int main(void) {
#ifdef __linux__
  int threads, files;
  d365_client_free(new_client());
  threads = threads_now();
  files = files_now();
#endif
  many_threads();
  many_clients();
#ifdef __linux__
  nothing_is_left(threads, files);
#endif
  return failed_checks != 0;
}
