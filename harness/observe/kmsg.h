/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log, record by record, from /dev/kmsg. Overruns of the ring are noticed and counted
 * exactly (sequence numbers), and reading goes on. Only facility 0 (the kernel's own) is trusted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct kmsg_record {
	unsigned int level, facility;
	uint64_t sequence;
	uint64_t time_us; /* the kernel's log clock */
	bool is_fragment; /* flag 'c' */
	const char *text; /* the message, \xNN escapes undone; not NUL-safe: use text_length */
	size_t text_length;
	const char *raw; /* the record as read */
	size_t raw_length;
};

struct kmsg_reader {
	int fd; /* readable when there is a record: for the event loop; owned */
	bool has_sequence;
	uint64_t next_sequence;
	uint64_t records, lost;
	char *buffer; /* owned */
	char *text;   /* owned */
};

/* @path NULL: /dev/kmsg. @from_now: seek to the end; otherwise the oldest record there is. */
int kmsg_open(struct kmsg_reader *r, const char *path, bool from_now, struct err *e);
void kmsg_close(struct kmsg_reader *r);

/*
 * The next record. 1: @record is filled (its pointers live until the next call); 0: none now;
 * negative errno. *ret_lost: records lost between the previous and this one.
 */
int kmsg_next(struct kmsg_reader *r, struct kmsg_record *record, uint64_t *ret_lost, struct err *e);

/* Parses one raw record ("6,123,4567,-;text\n KEY=value\n"); false when it is none. @text_room >= length. */
bool kmsg_parse(const char *raw, size_t length, char *text_room, struct kmsg_record *record);

/* What the first classifier knows: soft lockup and hung task. false: nothing of the kind. */
enum kmsg_kind {
	KMSG_SOFT_LOCKUP,
	KMSG_HUNG_TASK,
	KMSG_MAX_KIND,
};
struct kmsg_finding {
	enum kmsg_kind kind;
	bool has_cpu;
	uint32_t cpu;
	uint64_t seconds;
	char comm[64];
	int32_t pid;
};
bool kmsg_classify(const struct kmsg_record *record, struct kmsg_finding *finding);
const char *kmsg_kind_name(enum kmsg_kind kind); /* "soft_lockup", "hung_task" */
