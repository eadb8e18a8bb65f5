// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "base/process.h"
#include "drive/poison.h"
#include "record/record_poison.h"
#include "service/cgroup_traces.h"
#include "service/prepare_swap.h"

#define DEBUGFS "sys/kernel/debug"
#define HWPOISON_MODULE "hwpoison_inject"
#define ZRAM_MODULE "zram"
#define ZSMALLOC_MODULE "zsmalloc"
#define FUSE_MODULE "fuse"
#define UNLOAD_NS (5 * NS_PER_S)
#define LOAD_NS (30 * NS_PER_S)
#define LOOK_NS (10 * NS_PER_MS)

static bool is_debugfs_mounted(void)
{
	struct statfs now;

	return statfs("/" DEBUGFS, &now) == 0 && now.f_type == DEBUGFS_MAGIC;
}

static int note(struct recorder *recorder, const char *what, const char *name, struct err *e)
{
	int r = recorder ? record_prepared(recorder, what, name) : 0;

	return r < 0 ? err_errno(e, r, "%s %s is not made: it is not on record", what, name) : 0;
}

static int mount_debugfs(struct recorder *recorder, struct prepared *p, struct err *e)
{
	int r;

	if (is_debugfs_mounted())
		return 0;
	r = note(recorder, "mount", DEBUGFS, e);
	if (r < 0)
		return r;
	if (mount("debugfs", "/" DEBUGFS, "debugfs", 0, NULL) < 0) {
		r = -errno;
		if (recorder)
			record_prepared_undone(recorder, "mount", DEBUGFS, 0);
		return err_errno(e, -EOPNOTSUPP, "cannot mount debugfs at /%s (%s)", DEBUGFS,
				 errno_name(r));
	}
	p->debugfs = true;
	return 0;
}

/* modprobe knows where modules are and what they need; it must not keep us waiting for ever. */
static int load_module(struct fsio *fs, const char *module, struct err *e)
{
	char program[256] = "";
	const char *argv[] = {"/sbin/modprobe", "-q", module, NULL};
	const struct process_options options = {.stdout_fd = -1, .stderr_fd = -1};
	uint64_t until_ns = clock_monotonic_ns() + LOAD_NS;
	struct process process;
	int status = 0, r;

	/* The kernel's own idea of where it is. */
	if (fsio_read_text(fs, program, sizeof(program), "proc/sys/kernel/modprobe") > 0)
		argv[0] = program;
	r = process_spawn(&process, argv, &options, e);
	if (r < 0)
		return r;
	while (waitpid(process.pid, &status, WNOHANG) == 0) {
		if (clock_monotonic_ns() >= until_ns)
			(void)kill(process.pid, SIGKILL);
		(void)clock_sleep_ns(LOOK_NS);
	}
	cleanup_closep(&process.pidfd);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ENOENT;
}

int prepare_module(struct fsio *fs, struct recorder *recorder, const char *module,
		   bool *ret_is_made, struct err *e)
{
	cleanup_free char *loaded = memory_format("sys/module/%s", module);
	int r;

	/* In the kernel itself, or loaded: then it is not ours to unload. */
	if (fsio_exists(fs, loaded))
		return 0;
	r = note(recorder, "module", module, e);
	if (r < 0)
		return r;
	*ret_is_made = load_module(fs, module, NULL) == 0;
	if (*ret_is_made)
		return 0;
	if (recorder)
		record_prepared_undone(recorder, "module", module, 0);
	return -ENOENT;
}

static int load_hwpoison(struct fsio *fs, struct recorder *recorder, struct prepared *p,
			 struct err *e)
{
	int r;

	if (fsio_exists(fs, POISON_UNPOISON_PATH))
		return 0;
	r = prepare_module(fs, recorder, HWPOISON_MODULE, &p->hwpoison, e);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && fsio_exists(fs, POISON_UNPOISON_PATH))
		return 0;
	return err_set(e, -EOPNOTSUPP,
		       "there is no /%s, and modprobe " HWPOISON_MODULE
		       " %s (CONFIG_HWPOISON_INJECT)",
		       POISON_UNPOISON_PATH, r < 0 ? "fails" : "makes none");
}

int prepare_unpoison(struct fsio *fs, struct recorder *recorder, struct prepared *p, struct err *e)
{
	int r = 0;

	if (!fs->is_real_root)
		return err_set(e, -EOPNOTSUPP, "nothing is mounted or loaded for a captured tree");
	r = mount_debugfs(recorder, p, e);
	return r < 0 ? r : load_hwpoison(fs, recorder, p, e);
}

static int open_fuse(void)
{
	cleanup_close int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

int prepare_fuse(struct fsio *fs, struct recorder *recorder, struct prepared *p, struct err *e)
{
	int r = open_fuse();

	/* A node without its module may be there (devname in modules.alias): then that was all. */
	if (r == 0)
		return 0;
	if (r != -ENOENT && r != -ENODEV)
		return err_set(e, -EOPNOTSUPP, "/dev/fuse cannot be opened (%s)", errno_name(r));
	r = prepare_module(fs, recorder, FUSE_MODULE, &p->fuse, e);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0)
		r = open_fuse();
	return r < 0 ? err_set(e, -EOPNOTSUPP,
			       "there is no /dev/fuse, and modprobe " FUSE_MODULE
			       " does not make it (CONFIG_FUSE_FS)")
		     : 0;
}

/* Its last user may have ended a moment ago. */
static int unload(const char *name)
{
	uint64_t until_ns = clock_monotonic_ns() + UNLOAD_NS;

	while (syscall(SYS_delete_module, name, O_NONBLOCK) < 0) {
		if (errno == ENOENT)
			return 0;
		if ((errno != EAGAIN && errno != EBUSY) || clock_monotonic_ns() >= until_ns)
			return -errno;
		(void)clock_sleep_ns(LOOK_NS);
	}
	return 0;
}

/* What prepare_module() may have loaded. */
static bool is_our_module(const char *name)
{
	static const char *const modules[] = {HWPOISON_MODULE, ZRAM_MODULE, ZSMALLOC_MODULE,
					      FUSE_MODULE};

	for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
		if (strcmp(name, modules[i]) == 0)
			return true;
	return false;
}

int prepare_undo_one(struct recorder *recorder, const char *what, const char *name)
{
	int r = -EINVAL;

	/* Nothing but what we make ourselves: the words may come from a journal. */
	if (strcmp(what, "mount") == 0 && strcmp(name, DEBUGFS) == 0)
		r = !is_debugfs_mounted() || umount2("/" DEBUGFS, 0) == 0 ? 0 : -errno;
	else if (strcmp(what, "module") == 0 && is_our_module(name))
		r = unload(name);
	else if (strcmp(what, "swap") == 0)
		r = prepare_swap_undo(name);
	else
		r = cgroup_undo(what, name);
	if (recorder)
		record_prepared_undone(recorder, what, name, r < 0 ? -r : 0);
	return r;
}

static void undo(struct recorder *recorder, bool *is_made, const char *what, const char *name,
		 struct err *e)
{
	int r = *is_made ? prepare_undo_one(recorder, what, name) : 0;

	if (r < 0)
		(void)err_errno(e, r, "cannot undo the %s of %s", what, name);
	else
		*is_made = false;
}

void prepare_undo(struct recorder *recorder, struct prepared *p, struct err *e)
{
	bool has_swap = p->swap[0];

	undo(recorder, &has_swap, "swap", p->swap, e);
	if (!has_swap)
		p->swap[0] = '\0';
	undo(recorder, &p->fuse, "module", FUSE_MODULE, e);
	undo(recorder, &p->zram_module, "module", ZRAM_MODULE, e);
	undo(recorder, &p->zsmalloc_module, "module", ZSMALLOC_MODULE, e);
	undo(recorder, &p->hwpoison, "module", HWPOISON_MODULE, e);
	undo(recorder, &p->debugfs, "mount", DEBUGFS, e);
}
