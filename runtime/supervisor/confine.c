#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Far enough below the supervisor that a fork bomb can't keep it from the processor; weights only count inside the container. */
enum { AGENT_NICE = 10 };

static bool drop_user(const struct options *options) {
  uid_t real_uid, effective_uid, saved_uid;
  gid_t real_gid, effective_gid, saved_gid;

  if (setgroups(0, NULL) != 0) return false;
  if (setresgid(options->gid, options->gid, options->gid) != 0) return false;
  if (setresuid(options->uid, options->uid, options->uid) != 0) return false;
  if (getresuid(&real_uid, &effective_uid, &saved_uid) != 0) return false;
  if (getresgid(&real_gid, &effective_gid, &saved_gid) != 0) return false;
  errno = EPERM;
  return real_uid == options->uid && effective_uid == options->uid && saved_uid == options->uid &&
         real_gid == options->gid && effective_gid == options->gid && saved_gid == options->gid;
}

/* The kernel tells of a refusal only by the next call. */
static bool take_file_user(const struct options *options) {
  if (setgroups(0, NULL) != 0) return false;
  setfsgid(options->gid);
  setfsuid(options->uid);
  errno = EPERM;
  return (gid_t)setfsgid((gid_t)-1) == options->gid && (uid_t)setfsuid((uid_t)-1) == options->uid;
}

/* Changing the user has emptied the permitted and effective sets, where there was a change; this empties all, and proves it. */
static bool drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}}, held[_LINUX_CAPABILITY_U32S_3];

  if (syscall(SYS_capset, &header, none) != 0) return false;
  if (syscall(SYS_capget, &header, held) != 0) return false;
  errno = EPERM;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    if ((held[i].effective | held[i].permitted | held[i].inheritable) != 0) return false;
  }
  return true;
}

static bool set_limit(int resource, int64_t most) {
  struct rlimit limit = {.rlim_cur = (rlim_t)most, .rlim_max = (rlim_t)most};
  struct rlimit held;
  if (getrlimit(resource, &held) != 0) return false;
  /* A stricter limit that the container already has can't be raised, and needn't be. */
  if (held.rlim_max < limit.rlim_max) limit.rlim_cur = limit.rlim_max = held.rlim_max;
  return setrlimit(resource, &limit) == 0;
}

static bool set_limits(const struct options *options) {
  return set_limit(RLIMIT_NOFILE, options->open_files_max) && set_limit(RLIMIT_FSIZE, options->file_bytes_max) &&
         set_limit(RLIMIT_CORE, 0) &&
         (options->user_processes_max == 0 || set_limit(RLIMIT_NPROC, options->user_processes_max));
}

static bool set_descriptors(int output_fd, int error_fd, int kept_fd) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) return false;
  if (dup2(output_fd, STDOUT_FILENO) < 0 || dup2(error_fd, STDERR_FILENO) < 0) return false;
  if (kept_fd != STDERR_FILENO + 1 && dup3(kept_fd, STDERR_FILENO + 1, O_CLOEXEC) < 0) return false;
  return close_range(STDERR_FILENO + 2, ~0U, 0) == 0;
}

/* An ignored signal and a blocked one survive exec; a new program expects neither. */
static void reset_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Best effort: should memory run out, the kernel had better take the agent than the one who writes its receipt. */
static void prefer_as_victim(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (write(fd, "1000", 4) < 0) errno = 0;
  close(fd);
}

const char *confine_self(const struct options *options, const int output_fds[SOURCES], int kept_fd) {
  reset_signals();
  prefer_as_victim();
  umask(022);
  if (!set_descriptors(output_fds[SOURCE_STDOUT], output_fds[SOURCE_STDERR], kept_fd)) return "descriptors";
  if (setsid() < 0) return "setsid";
  if (setpriority(PRIO_PROCESS, 0, AGENT_NICE) != 0) return "setpriority";
  if (!set_limits(options)) return "setrlimit";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
  if (!drop_user(options)) return "setuid";
  if (!drop_capabilities()) return "capset";
  return NULL;
}

const char *confine_porter(const struct options *options, int socket) {
  reset_signals();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  umask(077);
  int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing < 0 || !set_descriptors(nothing, nothing, socket)) return "descriptors";
  if (setsid() < 0) return "setsid";
  if (!set_limit(RLIMIT_FSIZE, options->file_bytes_max) || !set_limit(RLIMIT_CORE, 0)) return "setrlimit";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
  if (!take_file_user(options)) return "setfsuid";
  if (!drop_capabilities()) return "capset";
  /* Once more: taking another user for files may have changed it. */
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return "dumpable";
  return NULL;
}
