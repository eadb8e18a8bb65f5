/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the service manager and its journal are told, the one door to libsystemd. All of it does
 * nothing where neither is there (a terminal, the lab's initramfs): no caller asks first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Started by a service manager that wants to be told? */
bool notify_is_managed(void);

/* Learns whether there is a watchdog. */
void notify_open(void);

/*
 * In a child that is one of several runs of the service: its signs of life are taken for the
 * service's (NotifyAccess=all), and that it stops is not the end of the service.
 */
void notify_begin_member(void);

void notify_ready(const char *status);
void notify_status(const char *status);
void notify_stopping(const char *status);
void notify_reloading(void);

/* One more sign of life; only the event loop gives it. Sent at most four times in a period. */
void notify_alive(uint64_t now_ns);

/* Whatever the manager waits for now: it shall wait for @ns more from now on. */
void notify_more_time(uint64_t ns);

/*
 * Milestones in the journal, each with the MESSAGE_ID that systemd/memsoak.catalog explains. What
 * happens often belongs into events.jsonl: the journal drops what comes too fast.
 */
enum milestone {
	MILESTONE_RUN_START,
	MILESTONE_RUN_END,
	MILESTONE_FINDING,	  /* a lockup or its kin in the kernel's log */
	MILESTONE_MEMORY_OFFLINE, /* memory could not be brought back */
	MILESTONE_CRASH_RECOVERED,
	MILESTONE_MAX,
};

struct milestone_fields { /* a field that is not known is not written */
	const char *run_id, *profile, *directory;
	const char *verdict; /* RUN_END, CRASH_RECOVERED */
	const char *kind;    /* FINDING */
	int64_t block;	     /* -1: none */
};

void notify_milestone(enum milestone what, const struct milestone_fields *fields,
		      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* 32 hexadecimal digits, as the catalogue has them. */
const char *milestone_id(enum milestone what);
