// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_fake_sysfs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "drive/cancel.h"

#define MEMORY "sys/devices/system/memory/memory"

static atomic_uint seen, astray;
static _Thread_local volatile sig_atomic_t is_delicate;

/*
 * Out of ThreadSanitizer's sight: an atomic of its own in a handler makes it deliver what is pending
 * from within that delivery, and then the thread keeps all signals blocked for good.
 */
static __attribute__((no_sanitize("thread"))) void count_signal(int number)
{
	(void)number;
	atomic_fetch_add(&seen, 1);
	if (is_delicate)
		atomic_fetch_add(&astray, 1);
}

void fake_count_signals(void)
{
	struct sigaction action = {.sa_handler = count_signal};

	(void)sigaction(cancel_signal(), &action, NULL);
	atomic_store(&seen, 0);
	atomic_store(&astray, 0);
}

unsigned int fake_signals_seen(void)
{
	return atomic_load(&seen);
}

unsigned int fake_signals_astray(void)
{
	return atomic_load(&astray);
}

void fake_no_signal_please(bool on)
{
	is_delicate = on;
}

/* "…/memory40/state" gives block 40 and "state"; NULL for anything else or a block that is gone. */
static struct fake_block *find(struct fake_sysfs *sys, const char *path, const char **ret_file)
{
	unsigned long id;
	char *end;

	if (strncmp(path, MEMORY, strlen(MEMORY)) != 0)
		return NULL;
	id = strtoul(path + strlen(MEMORY), &end, 10);
	*ret_file = *end == '/' ? end + 1 : "";
	for (size_t i = 0; i < sys->n_blocks; i++)
		if (sys->blocks[i].id == id && !sys->blocks[i].is_gone)
			return &sys->blocks[i];
	return NULL;
}

static const char *zones_text(const struct fake_block *b)
{
	return b->state == BLOCK_OFFLINE ? "Normal Movable" : zone_name(b->zone);
}

static ssize_t fake_read(struct fsio *fs, const char *path, char *buffer, size_t size)
{
	struct fake_sysfs *sys = fs->context;
	const char *file = "";
	struct fake_block *b;
	int n = -ENOENT;

	fake_no_signal_please(true);
	(void)clock_sleep_ns(1);
	b = find(sys, path, &file);
	if (b && strcmp(file, "state") == 0) {
		if (b->going_offline_reads > 0 && b->going_offline_reads-- == 1)
			b->state = b->then;
		n = snprintf(buffer, size, "%s\n", block_state_name(b->state));
	} else if (b && strcmp(file, "valid_zones") == 0) {
		n = snprintf(buffer, size, "%s\n", zones_text(b));
	}
	fake_no_signal_please(false);
	return n;
}

static int fake_list(struct fsio *fs, const char *path,
		     int (*each)(void *context, const char *name), void *context)
{
	static const char *const files[] = {"state", "valid_zones", "removable", "online"};
	struct fake_sysfs *sys = fs->context;
	const char *file;
	const struct fake_block *b = find(sys, path, &file);
	char node[16];
	int r = 0;

	if (!b)
		return -ENOENT;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && r == 0; i++)
		r = each(context, files[i]);
	(void)snprintf(node, sizeof(node), "node%u", b->node);
	return r ? r : each(context, node);
}

static int obey(struct fake_block *b, const char *text)
{
	bool to_offline = strcmp(text, "offline") == 0;

	if (b->state == (to_offline ? BLOCK_OFFLINE : BLOCK_ONLINE))
		return -EINVAL;
	b->state = to_offline ? BLOCK_OFFLINE : BLOCK_ONLINE;
	if (!to_offline)
		b->zone = strcmp(text, "online_movable") == 0 ? ZONE_MOVABLE : ZONE_NORMAL;
	return 0;
}

/* Until the test lets it go; nonzero: a signal arrived. */
static int hold(const struct fake_sysfs *sys)
{
	int interrupted = 0;

	while (!atomic_load(&sys->may_return))
		interrupted |= clock_sleep_ns(NS_PER_MS);
	return interrupted;
}

static int answer(const struct fake_sysfs *sys, struct fake_block *b, const char *text,
		  const struct fake_answer *a)
{
	int r;

	switch (a->kind) {
	case FAKE_OBEYS:
		return obey(b, text);
	case FAKE_FAILS:
		return -a->error;
	case FAKE_FAILS_AND_OBEYS:
		(void)obey(b, text);
		return -a->error;
	case FAKE_WAITS:
		for (unsigned int i = 0; i < a->signals; i++)
			(void)pause();
		return a->error ? -a->error : obey(b, text);
	case FAKE_SLEEPS:
		return clock_sleep_ns(a->ns) ? -EINTR : obey(b, text);
	case FAKE_IS_HELD:
		return hold(sys) ? -EINTR : obey(b, text);
	case FAKE_VANISHES:
		b->is_gone = true;
		return -a->error;
	case FAKE_OBEYS_AND_VANISHES:
		r = obey(b, text);
		b->is_gone = true;
		return r;
	case FAKE_OTHER_ZONE:
		return obey(b, "online_kernel");
	case FAKE_LIES:
		return 0;
	}
	return -ENOSYS;
}

static int fake_write(struct fsio *fs, const char *path, const char *text)
{
	struct fake_sysfs *sys = fs->context;
	bool to_offline = strcmp(text, "offline") == 0;
	const struct fake_answer *a;
	struct fake_block *b;
	const char *file = "";
	int r;

	b = find(sys, path, &file);
	if (!b || strcmp(file, "state") != 0)
		return -ENOENT;
	if (sys->on_write)
		sys->on_write(sys->context, text, b->id);
	if (to_offline) {
		a = sys->next_offline < sys->n_offline ? &sys->offline[sys->next_offline++]
						       : &sys->always_offline;
		atomic_store(&sys->is_offlining, true);
		r = answer(sys, b, text, a);
		atomic_store(&sys->is_offlining, false);
		return r;
	}
	a = sys->next_online < sys->n_online ? &sys->online[sys->next_online++]
					     : &sys->always_online;
	fake_no_signal_please(true);
	r = answer(sys, b, text, a);
	fake_no_signal_please(false);
	return r;
}

static const struct fsio_ops fake_ops = {
	.read = fake_read,
	.write = fake_write,
	.list = fake_list,
};

void fake_sysfs_init(struct fake_sysfs *sys, size_t n)
{
	*sys = (struct fake_sysfs){
		.fs = {.ops = &fake_ops, .root_fd = -1, .is_real_root = true},
		.n_blocks = n,
	};
	sys->fs.context = sys;
	for (size_t i = 0; i < n; i++)
		sys->blocks[i] = (struct fake_block){
			.id = 40 + (uint32_t)i,
			.node = 1,
			.state = BLOCK_ONLINE,
			.zone = ZONE_MOVABLE,
		};
}

void fake_sysfs_text(const struct fake_sysfs *sys, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < sys->n_blocks && used < size; i++) {
		const struct fake_block *b = &sys->blocks[i];

		used += (size_t)snprintf(buffer + used, size - used, "memory%u %s %s\n", b->id,
					 b->is_gone ? "gone" : block_state_name(b->state),
					 zones_text(b));
	}
}
