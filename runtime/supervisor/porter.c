#include "porter.h"

#include <sys/stat.h>
#include <unistd.h>

#include "carriage.h"
#include "confine.h"
#include "deposit.h"
#include "listing.h"
#include "snapshot.h"
#include "withdrawal.h"

/* Where `confine_porter` has put it. */
enum { SOCKET = STDERR_FILENO + 1 };

/* A new volume is root's. It may not be ours to give, and then nothing can be put there. */
static void give_workspace(const struct options *options) {
  struct stat status;
  if (lstat("/workspace", &status) != 0 || status.st_uid == options->uid) return;
  if (status.st_uid == 0) chmod("/workspace", S_IRWXU);
  if (chown("/workspace", options->uid, options->gid) != 0) return;
}

_Noreturn void porter_run(const struct options *options, int socket) {
  give_workspace(options);
  if (confine_porter(options, socket) != NULL) carriage_end();
  carriage_open(SOCKET);
  for (;;) {
    switch (carriage_hear_8()) {
      case 'L':
        listing_tell();
        break;
      case 'W':
        listing_weigh();
        break;
      case 'G':
        withdrawal_tell();
        break;
      case 'T':
        snapshot_tell();
        break;
      case 'F':
        deposit_file();
        break;
      case 'M':
        deposit_folder();
        break;
      case 'S':
        deposit_link();
        break;
      case 'X':
        deposit_removal();
        break;
      default:
        carriage_end();
    }
  }
}
