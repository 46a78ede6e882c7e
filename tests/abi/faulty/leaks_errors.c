/* Wrong on purpose: frees no error. AddressSanitizer and valgrind must say so, or they prove nothing. */
#include "check.h"

int main(void) {
  int index;
  for (index = 0; index < 100; index++) {
    d365_error *error = NULL;
    d365_config_new(NULL, NULL, &error);
  }
  return failed_checks;
}
