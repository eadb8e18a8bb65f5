# SPDX-License-Identifier: GPL-2.0-or-later
record_OBJS := appender.o journal.o journal_parse.o journal_unfinished.o journal_value.o recorder.o recorder_open.o \
	record_events.o record_figures.o record_phases.o record_service.o
record_TESTS := test_crash.o test_full_disk.o test_journal.o test_parse.o test_record.o test_recorder.o test_stuck.o recorder_open.o \
	test_unfinished.o
record_TEST_ROOMS := base topology plan drive observe record
record_TEST_LIBS := JSON INIH NUMA TRACEFS GSL THREADS
