/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log, record by record, from /dev/kmsg. Overruns of the ring are noticed and counted
 * exactly (sequence numbers), and reading goes on. Only facility 0 (the kernel's own) is trusted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

struct kmsg_record {
	unsigned int level, facility;
	uint64_t sequence;
	uint64_t time_us; /* the kernel's log clock */
	bool is_fragment; /* flag 'c' */
	bool has_caller;
	uint64_t caller; /* with PRINTK_CALLER: the task's or the CPU's number, told apart */
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
	/* The rest is the reader's own. */
	ssize_t (*read)(int fd, void *buffer, size_t size); /* read(2) where no test scripts it */
	char *buffer; /* owned */
	char *text;   /* owned */
	bool is_stream;	   /* not the device: what one read gives is no record yet */
	bool is_skipping;  /* in the middle of a record too long for the buffer */
	size_t begin, end; /* of what a stream gave and was not handed on */
};

/*
 * @path NULL: /dev/kmsg; also a pipe or a file with the same text. @from_now: only what comes
 * from here on (what is there is read and dropped: so the first gap can be counted, too);
 * otherwise from the oldest record there is. A failure leaves @r without a descriptor.
 */
int kmsg_open(struct kmsg_reader *r, const char *path, bool from_now, struct err *e);
void kmsg_close(struct kmsg_reader *r);

/*
 * The next record. 1: @record is filled (its pointers live until the next call); 0: none now;
 * negative errno. *ret_lost: records lost between the previous and this one. (When nothing was
 * read yet and the ring was overrun already it is 1, which is the least that it can be.)
 */
int kmsg_next(struct kmsg_reader *r, struct kmsg_record *record, uint64_t *ret_lost, struct err *e);

/* "T123" or "C1", as a number in which tasks and CPUs differ; 0: it is none. */
size_t kmsg_caller(const char *text, size_t length, uint64_t *ret_caller);

/*
 * Parses one raw record ("6,123,4567,-;text\n KEY=value\n"); false when it is none.
 * @text_room has room for @length bytes.
 */
bool kmsg_parse(const char *raw, size_t length, char *text_room, struct kmsg_record *record);
