#include "text.h"

#include <string.h>

void
mon_add_bytes (struct mon_text *text, const char *bytes, size_t length)
{
  if (length > text->capacity - text->length)
    {
      text->overflowed = true;
      return;
    }
  memcpy (text->bytes + text->length, bytes, length);
  text->length += length;
}

void
mon_add (struct mon_text *text, const char *string)
{
  mon_add_bytes (text, string, strlen (string));
}

void
mon_add_number (struct mon_text *text, int64_t number)
{
  char digits[20];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  do
    digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    mon_add (text, "-");
  mon_add_bytes (text, digits + at, sizeof digits - at);
}

void
mon_add_quoted (struct mon_text *text, const char *bytes, size_t length)
{
  if (length * MON_JSON_EXPANSION + MON_ESCAPE_SLACK + 2 > text->capacity - text->length)
    {
      text->overflowed = true;
      return;
    }
  text->bytes[text->length++] = '"';
  text->length = (size_t)(mon_escape (text->bytes + text->length, bytes, length) - text->bytes);
  text->bytes[text->length++] = '"';
}

/* The proleptic Gregorian date of a day since 1970, by eras of 400 years that begin in March.  */
static void
find_date (int64_t day, unsigned *year, unsigned *month, unsigned *month_day)
{
  uint64_t days = (uint64_t)(day + 719468);
  uint64_t era = days / 146097, day_of_era = days % 146097;
  uint64_t year_of_era
      = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  uint64_t march_month = (5 * day_of_year + 2) / 153;
  *month_day = (unsigned)(day_of_year - (153 * march_month + 2) / 5 + 1);
  *month = (unsigned)(march_month < 10 ? march_month + 3 : march_month - 9);
  *year = (unsigned)(era * 400 + year_of_era + (*month <= 2));
}

static char *
put (char *at, unsigned value, unsigned digits)
{
  for (unsigned i = digits; i-- > 0; value /= 10)
    at[i] = (char)('0' + value % 10);
  return at + digits;
}

size_t
mon_format_time (char text[MON_TIME_SIZE], struct timespec time)
{
  unsigned year, month, day, second = (unsigned)(time.tv_sec % 86400);
  find_date (time.tv_sec / 86400, &year, &month, &day);
  char *at = put (text, year, 4);
  *at++ = '-';
  at = put (at, month, 2);
  *at++ = '-';
  at = put (at, day, 2);
  *at++ = 'T';
  at = put (at, second / 3600, 2);
  *at++ = ':';
  at = put (at, second / 60 % 60, 2);
  *at++ = ':';
  at = put (at, second % 60, 2);
  if (time.tv_nsec != 0)
    {
      *at++ = '.';
      at = put (at, (unsigned)time.tv_nsec, 9);
      while (at[-1] == '0')
        at--;
    }
  *at++ = 'Z';
  *at = '\0';
  return (size_t)(at - text);
}
