/* What a process has: its threads and its file handles. On Linux only. */
#ifndef LEFT_H
#define LEFT_H

#include <dirent.h>
#include <time.h>

#include "check.h"

static inline int entries(const char *folder) {
  DIR *directory = opendir(folder);
  int count = 0;
  if (directory == NULL) {
    abort();
  }
  while (readdir(directory) != NULL) {
    count++;
  }
  closedir(directory);
  return count;
}

static inline int threads_now(void) { return entries("/proc/self/task"); }

static inline int files_now(void) { return entries("/proc/self/fd"); }

/* Threads whose work was cancelled end when the reply comes that they wait for, or its time is over: that may take a minute. */
static inline void nothing_is_left(int threads, int files) {
  const struct timespec moment = {0, 10000000};
  int patience;
  for (patience = 0; patience < 6000 && (threads_now() > threads || files_now() > files); patience++) {
    nanosleep(&moment, NULL);
  }
  CHECK("no thread is left", threads_now() == threads);
  CHECK("no file handle is left", files_now() == files);
}

#endif
