/* Records of the flat buffers that TypeScript makes (src/record-writer.ts), each 8-byte aligned:

     record  { u16 op; u8 argument_count; u8 string_count; u32 size; }
             u64 arguments[argument_count]
             string_count times { u64 length; bytes, padded to 8 }

   A string's length counts its NUL; a blob has none.  */

#ifndef NS_RECORD_H
#define NS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_MAX_STRINGS 4

/* What a record of one op holds.  */
struct ns_shape
{
  uint8_t arguments;
  uint8_t strings;
  uint8_t blob;  /* the last string is bytes whose length is a multiple of this; 0: all are text */
  uint8_t empty; /* the op alone says everything */
};

/* One decoded record. Strings and arguments point into the buffer.  */
struct ns_step
{
  uint32_t op;
  uint32_t index;
  const uint64_t *arguments;
  const char *strings[NS_MAX_STRINGS];
  uint64_t lengths[NS_MAX_STRINGS]; /* with the NUL, which a blob has not */
};

/* The shapes of COUNT ops; one without a shape is unknown.  */
struct ns_shapes
{
  const struct ns_shape *shapes;
  size_t count;
};

/* Read the record at OFFSET of the LENGTH bytes at BYTES, which are 8-byte aligned, into STEP.
   Returns its size, or 0 where it is none that SHAPES allow.  */
size_t ns_read_record (const char *bytes, size_t offset, size_t length, struct ns_shapes shapes,
                       struct ns_step *step);

#endif
