// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/notify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

static uint64_t watchdog_period_ns; /* 0: no watchdog */
static uint64_t last_alive_ns;
static bool is_member;

static const struct {
	const char *id;
	int priority; /* as syslog(3) */
} milestones[MILESTONE_MAX] = {
	[MILESTONE_RUN_START] = {"e5f82cee2beb4a51aa6e067c6de0a839", 5},
	[MILESTONE_RUN_END] = {"1e2dfa62205f4bd59b1acda78cb43de2", 5},
	[MILESTONE_FINDING] = {"b590865b5990453ebc0606c1b244b8dc", 4},
	[MILESTONE_MEMORY_OFFLINE] = {"5f607723c2374f61a491ea99eed658dc", 3},
	[MILESTONE_CRASH_RECOVERED] = {"4b7bee65f3dd476dbd561b8b45c9237a", 3},
};

const char *milestone_id(enum milestone what)
{
	return milestones[what].id;
}

bool notify_is_managed(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && path[0];
}

void notify_open(void)
{
	uint64_t period_us = 0;

	/* It looks at WATCHDOG_PID: a period that was meant for our parent is none of ours. */
	watchdog_period_ns = sd_watchdog_enabled(0, &period_us) > 0 ? period_us * NS_PER_US : 0;
	last_alive_ns = 0;
}

void notify_begin_member(void)
{
	char pid[24];

	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (getenv("WATCHDOG_PID"))
		(void)setenv("WATCHDOG_PID", pid, 1);
	is_member = true;
	notify_open();
}

void notify_ready(const char *status)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void notify_status(const char *status)
{
	(void)sd_notifyf(0, "STATUS=%s", status);
}

void notify_stopping(const char *status)
{
	(void)sd_notifyf(0, "%sSTATUS=%s", is_member ? "" : "STOPPING=1\n", status);
}

void notify_reloading(void)
{
	/* Type=notify-reload (systemd 253) wants the time too; older ones leave it alone. */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
			 (unsigned long long)(clock_monotonic_ns() / NS_PER_US));
}

void notify_alive(uint64_t now_ns)
{
	if (watchdog_period_ns == 0 ||
	    now_ns - last_alive_ns < watchdog_period_ns / 4)
		return;
	last_alive_ns = now_ns;
	(void)sd_notify(0, "WATCHDOG=1");
}

void notify_more_time(uint64_t ns)
{
	(void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long)(ns / NS_PER_US));
}

struct journal_fields {
	struct iovec vectors[12];
	char *owned[12];
	int n;
};

__attribute__((format(printf, 2, 3)))
static void add_field(struct journal_fields *f, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&f->owned[f->n], format, args);
	va_end(args);
	if (length < 0)
		return;
	f->vectors[f->n] = (struct iovec){.iov_base = f->owned[f->n], .iov_len = (size_t)length};
	f->n++;
}

void notify_milestone(enum milestone what, const struct milestone_fields *fields,
		      const char *format, ...)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{"MEMSOAK_RUN_ID", fields->run_id},
		{"MEMSOAK_PROFILE", fields->profile},
		{"MEMSOAK_DIRECTORY", fields->directory},
		{"MEMSOAK_VERDICT", fields->verdict},
		{"MEMSOAK_KIND", fields->kind},
	};
	struct journal_fields f = {0};
	cleanup_free char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	if (!message)
		return;
	add_field(&f, "MESSAGE=%s", message);
	add_field(&f, "MESSAGE_ID=%s", milestones[what].id);
	add_field(&f, "PRIORITY=%d", milestones[what].priority);
	add_field(&f, "SYSLOG_IDENTIFIER=memsoak");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].value && texts[i].value[0])
			add_field(&f, "%s=%s", texts[i].name, texts[i].value);
	if (fields->block >= 0)
		add_field(&f, "MEMSOAK_BLOCK=%lld", (long long)fields->block);
	/* No journal: libsystemd's own answer is 0, nothing was sent. */
	(void)sd_journal_sendv(f.vectors, f.n);
	for (int i = 0; i < f.n; i++)
		free(f.owned[i]);
}
