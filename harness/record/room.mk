# SPDX-License-Identifier: GPL-2.0-or-later
# What reads journals, for whoever needs no more of this room than that.
record_READ_OBJS := journal.o journal_parse.o journal_unfinished.o journal_value.o unfinished_poison.o unfinished_totals.o
record_OBJS := $(record_READ_OBJS) appender.o recorder.o recorder_kmsg.o recorder_open.o recorder_rotate.o \
	record_events.o record_figures.o record_phases.o record_poison.o record_service.o
record_TESTS := test_crash.o test_full_disk.o test_journal.o test_parse.o test_poison.o test_record.o test_recorder.o \
	test_rotate.o test_rotate_steps.o test_stress_ng.o test_stuck.o recorder_open.o \
	test_unfinished.o
record_TEST_ROOMS := base topology plan drive observe record
record_TEST_LIBS := JSON INIH NUMA TRACEFS GSL THREADS
