import type { FamilyCalls } from '../call.js'
import { empty, json, JSON_TYPE, optional, suggested } from '../parts.js'

const BASE = '/directory-contacts/api/v3/contacts'
const CONTACT = {
  contactType: 'company',
  firstName: 'John',
  lastName: 'Doe',
  companyName: 'Example, Inc.',
  jobTitle: 'Engineer',
  locale: 'en_US',
  timeZone: '{{timezone}}',
  emails: [{ email: 'john.doe@example.com', primary: true, purposeType: 'WORK' }],
  phones: [{ phone: '+18005551234', primary: true, purposeType: 'WORK', source: 'EXTERNAL' }],
}

/** Source: 8x8's guides "Contact Search", "Contact Management" and "Contact Object Structure". */
export const contacts: FamilyCalls = {
  family: 'contacts',
  description:
    'The company\'s directory. In Admin Console there are two products, "Contact Search" for GET and "Contact ' +
    'Management" for the rest; an app with both serves both. 8x8 allows 60 requests a minute.',
  calls: [
    {
      id: 'searchContacts',
      title: 'Search contacts',
      docs: 'administration/docs/search-contacts',
      method: 'GET',
      path: BASE,
      query: [
        suggested('details', 'PHONE,EMAIL', 'TAG, ADDRESS, PHONE, EMAIL and EXTENSION, joined with commas.'),
        optional('filter', 'firstName==John', 'FIQL.'),
        optional('filterByDisplayFlag', true, 'Only contacts that are to be displayed.'),
        suggested('size', 10, 'Contacts a page.'),
        suggested('sort', 'id,ASC', 'A field, a comma, and ASC or DESC; scrolling needs id among them.'),
        optional('useScrollId', true, 'Returns a scrollId for the next page.'),
        optional('scrollId', '', 'From the response before; leave it out for the first page.'),
      ],
      response: json(),
    },
    {
      id: 'createContact',
      title: 'Create a contact',
      docs: 'administration/docs/create-contact',
      method: 'POST',
      path: BASE,
      body: { type: JSON_TYPE, example: CONTACT },
      response: json(),
      keeps: { contactId: ['id'] },
    },
    {
      id: 'updateContact',
      title: 'Update a contact',
      docs: 'administration/docs/create-contact',
      method: 'PUT',
      path: `${BASE}/{contactId}`,
      body: { type: JSON_TYPE, example: { ...CONTACT, jobTitle: 'Architect' } },
      response: json(),
    },
    {
      id: 'deleteContact',
      title: 'Delete a contact',
      docs: 'administration/docs/create-contact',
      method: 'DELETE',
      path: `${BASE}/{contactId}`,
      response: empty(200),
    },
  ],
}
