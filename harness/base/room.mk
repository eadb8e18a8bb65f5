# SPDX-License-Identifier: GPL-2.0-or-later
base_OBJS := clock.o err.o file.o fsio.o hist.o hist_json.o huge_page.o jsonw.o jsonw_stream.o log.o make_it_fail.o memory.o options.o \
	process.o terminal.o units.o utf8.o
base_TESTS := test_base.o
base_TEST_ROOMS := base
base_TEST_LIBS := JSON
# For the tests of the other rooms.
base_TEST_TREE := harness/base/test_tree.o
