/* The load of `cargo xtask soak`: lists, changes, fails and cancels for so many seconds, on clients that stay and on clients that come and go. It prints what
 * was told how often, and how soon a cancel was; the task watches its memory and its handles. */
#include <pthread.h>

#include "left.h"

enum { THREADS = 12, CLIENTS = 3, STATUSES = 100, ROUNDS_OF_A_CLIENT = 40, BUCKETS = 20000 };

#define BRUNO "c0000000-0000-4000-8000-000000000003"

/* What a thread did. Cancels are counted by tenths of a millisecond. */
struct worker {
  d365_client *client;
  d365_client *own;
  uint32_t random;
  time_t end;
  long told[STATUSES];
  long rows;
  long cancels[BUCKETS];
  int wrong;
  pthread_t thread;
};

struct cancel {
  d365_operation *operation;
  struct timespec pause;
  struct timespec at;
};

static uint32_t random_of(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static struct timespec now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

static struct timespec up_to(struct worker *worker, uint32_t milliseconds) {
  struct timespec pause = {0, (long)(random_of(&worker->random) % (milliseconds * 1000)) * 1000};
  return pause;
}

static d365_client *client_with(const char *secret) {
  static const char *const options[][2] = {{"timeout_ms", "5000"}, {"max_tries", "4"}, {"first_backoff_ms", "20"}, {"max_backoff_ms", "200"}, {"page_size", "100"}};
  d365_config *config = NULL;
  d365_client *client = NULL;
  size_t index;
  if (d365_config_new(getenv("LOCAL_DATAVERSE_URL"), &config, NULL) != D365_STATUS_OK ||
      d365_config_set_secret(config, LOGIN_ID, (const uint8_t *)secret, strlen(secret), NULL) != D365_STATUS_OK) {
    abort();
  }
  for (index = 0; index < sizeof options / sizeof options[0]; index++) {
    if (d365_config_set_option(config, options[index][0], options[index][1], NULL) != D365_STATUS_OK) {
      abort();
    }
  }
  if (d365_client_new(config, &client, NULL) != D365_STATUS_OK) {
    abort();
  }
  d365_config_free(config);
  return client;
}

/* What may be told of a server with these faults, when the caller did all right. */
static bool is_a_fault(d365_status status) {
  return status == D365_STATUS_THROTTLED || status == D365_STATUS_SERVICE_UNAVAILABLE || status == D365_STATUS_TIMED_OUT || status == D365_STATUS_SERVER_ERROR ||
         status == D365_STATUS_UNEXPECTED_RESPONSE || status == D365_STATUS_OUTCOME_UNKNOWN || status == D365_STATUS_AUTHENTICATION_FAILED;
}

static void count(struct worker *worker, d365_status status, d365_status expected, d365_status also) {
  worker->told[status >= 0 && status < STATUSES ? status : STATUSES - 1]++;
  if (status != expected && status != also && !is_a_fault(status)) {
    printf("  wrong: %s in place of %s\n", d365_status_name(status), d365_status_name(expected));
    worker->wrong++;
  }
}

static d365_status waited_for(d365_operation *operation) {
  d365_error *error = NULL;
  const char *text = NULL;
  size_t len = 0;
  d365_status status;
  do {
    status = d365_operation_wait(operation, 100, &error);
    d365_operation_log(operation, &text, &len, NULL);
  } while (status == D365_STATUS_PENDING);
  if (status == D365_STATUS_OK) {
    status = d365_operation_result(operation, &text, &len, NULL);
  }
  d365_error_free(error);
  return status;
}

static void list(struct worker *worker, d365_client *client) {
  d365_rows *rows = NULL;
  d365_batch batch;
  d365_status status;
  uint32_t most = random_of(&worker->random) % 12;
  if (d365_user_list(client, NULL, NULL, NULL, 0, &rows, NULL) != D365_STATUS_OK) {
    abort();
  }
  do {
    status = d365_rows_next(rows, 100, &batch, NULL);
    worker->rows += status == D365_STATUS_OK ? (long)batch.rows : 0;
    /* Some stop in the middle. */
  } while (status == D365_STATUS_PENDING || (status == D365_STATUS_OK && most-- > 0));
  count(worker, status, D365_STATUS_END, D365_STATUS_OK);
  d365_rows_free(rows);
}

static d365_operation *started(struct worker *worker, d365_client *client) {
  d365_operation *operation = NULL;
  char attributes[64];
  const char *user = random_of(&worker->random) % 2 ? ADELE : BRUNO;
  d365_status status;
  switch (random_of(&worker->random) % 5) {
    case 0:
      status = d365_user_get(client, user, NULL, &operation, NULL);
      break;
    case 1:
      snprintf(attributes, sizeof attributes, "{\"jobtitle\":\"Clerk %u\"}", random_of(&worker->random) % 1000);
      status = d365_user_update(client, user, attributes, 0, &operation, NULL);
      break;
    case 2:
      status = d365_role_assign(client, user, "Sales Manager", NULL, 0, &operation, NULL);
      break;
    case 3:
      status = d365_role_revoke(client, user, "Sales Manager", NULL, 0, &operation, NULL);
      break;
    default:
      status = d365_who_am_i(client, &operation, NULL);
  }
  if (status != D365_STATUS_OK) {
    abort();
  }
  return operation;
}

static void fail(struct worker *worker, d365_client *client) {
  d365_operation *operation = NULL;
  d365_client *stranger = NULL;
  d365_status expected = D365_STATUS_USER_NOT_FOUND;
  if (random_of(&worker->random) % 4 == 0) {
    client = stranger = client_with("not the secret");
    expected = D365_STATUS_AUTHENTICATION_FAILED;
  }
  if (d365_user_get(client, NOBODY, NULL, &operation, NULL) != D365_STATUS_OK) {
    abort();
  }
  count(worker, waited_for(operation), expected, expected);
  d365_operation_free(operation);
  d365_client_free(stranger);
}

static void *cancels(void *argument) {
  struct cancel *cancel = argument;
  nanosleep(&cancel->pause, NULL);
  cancel->at = now();
  d365_operation_cancel(cancel->operation);
  return NULL;
}

/* Another thread cancels while this one waits. */
static void be_cancelled(struct worker *worker, d365_client *client) {
  struct cancel cancel = {started(worker, client), up_to(worker, 30), {0, 0}};
  struct timespec told;
  d365_status status;
  pthread_t thread;
  long tenths;
  if (pthread_create(&thread, NULL, cancels, &cancel) != 0) {
    abort();
  }
  status = d365_operation_wait(cancel.operation, 60000, NULL);
  told = now();
  pthread_join(thread, NULL);
  count(worker, status, D365_STATUS_CANCELLED, D365_STATUS_OK);
  if (status == D365_STATUS_CANCELLED) {
    tenths = (told.tv_sec - cancel.at.tv_sec) * 10000 + (told.tv_nsec - cancel.at.tv_nsec) / 100000;
    worker->cancels[tenths < 0 ? 0 : tenths < BUCKETS ? tenths : BUCKETS - 1]++;
  }
  d365_operation_free(cancel.operation);
}

static void *works(void *argument) {
  struct worker *worker = argument;
  uint32_t rounds = 0;
  while (now().tv_sec < worker->end) {
    struct timespec pause = up_to(worker, 20);
    d365_client *client = rounds % 2 == 0 ? worker->client : worker->own;
    d365_operation *operation;
    if (rounds++ % ROUNDS_OF_A_CLIENT == 0) {
      d365_client_free(worker->own);
      worker->own = client_with(SECRET);
      client = worker->own;
    }
    switch (random_of(&worker->random) % 6) {
      case 0:
        list(worker, client);
        break;
      case 1:
        fail(worker, client);
        break;
      case 2:
        be_cancelled(worker, client);
        break;
      case 3:
        /* Freed while it is under way. */
        d365_operation_free(started(worker, client));
        break;
      default:
        operation = started(worker, client);
        count(worker, waited_for(operation), D365_STATUS_OK, D365_STATUS_OK);
        d365_operation_free(operation);
    }
    nanosleep(&pause, NULL);
  }
  d365_client_free(worker->own);
  return NULL;
}

static void print_cancels(const struct worker *workers) {
  long total = 0, seen = 0, median = -1, last = 0;
  int index, bucket;
  for (bucket = 0; bucket < BUCKETS; bucket++) {
    for (index = 0; index < THREADS; index++) {
      total += workers[index].cancels[bucket];
    }
  }
  for (bucket = 0; bucket < BUCKETS; bucket++) {
    for (index = 0; index < THREADS; index++) {
      seen += workers[index].cancels[bucket];
      last = workers[index].cancels[bucket] > 0 ? bucket : last;
    }
    if (median < 0 && seen * 2 >= total) {
      median = bucket;
    }
  }
  printf("  %ld waits were cancelled: half of them ended within %.1f ms, all within %.1f ms\n", total, (double)(median + 1) / 10, (double)(last + 1) / 10);
  CHECK("each cancelled wait ended within 200 ms", total > 0 && last < 2000);
}

int main(int count_of_arguments, char **arguments) {
  static struct worker workers[THREADS];
  d365_client *clients[CLIENTS];
  int threads, files, index, status, wrong = 0;
  long rows = 0;
  time_t seconds = count_of_arguments > 1 ? atol(arguments[1]) : 60;
  d365_client_free(client_with(SECRET));
  threads = threads_now();
  files = files_now();
  for (index = 0; index < CLIENTS; index++) {
    clients[index] = client_with(SECRET);
  }
  for (index = 0; index < THREADS; index++) {
    workers[index].client = clients[index % CLIENTS];
    workers[index].random = 2463534242u + (uint32_t)index;
    workers[index].end = now().tv_sec + seconds;
    if (pthread_create(&workers[index].thread, NULL, works, &workers[index]) != 0) {
      abort();
    }
  }
  for (index = 0; index < THREADS; index++) {
    pthread_join(workers[index].thread, NULL);
    wrong += workers[index].wrong;
    rows += workers[index].rows;
  }
  for (index = 0; index < CLIENTS; index++) {
    d365_client_free(clients[index]);
  }
  printf("  told:");
  for (status = 0; status < STATUSES; status++) {
    long times = 0;
    for (index = 0; index < THREADS; index++) {
      times += workers[index].told[status];
    }
    if (times > 0) {
      printf(" %s %ld,", d365_status_name(status), times);
    }
  }
  printf(" and %ld rows\n", rows);
  print_cancels(workers);
  CHECK("nothing was told that can't be", wrong == 0);
  nothing_is_left(threads, files);
  return failed_checks != 0;
}
