import { allow, commas, describeFamily, offer, returns, returnsNothing, SCROLLED } from '../describe.js'
import {
  maybe,
  named,
  nullable,
  oneOf,
  record,
  shape,
  sparse,
  text,
  type ValueOf,
  whole,
  withExample,
} from '../shape.js'

const most = (example: string, maxLength: number) => text(example, { maxLength })
const PURPOSE = oneOf('WORK', 'HOME', 'HOME_FAX', 'WORK_FAX', 'MOBILE', 'PAGER', 'OTHER', 'BUSINESS')
const PBX = { pbxId: most('d07ac53b6a5b40e79c6a', 32), pbxName: most('examplepbx', 32) }
const BRANCH = { branchId: most('c88f52c0-caca-4dce-a66f-3ce89217b2bc', 64), branchName: most('Lisbon', 128) }

const ID = { id: maybe(25672) }
const FIELD = text('customField1', { pattern: '^customField([1-9]|10)$' })
const TAG = { ...ID, name: FIELD, ...sparse({ value: most('value1', 254) }) }
const PLACE = { ...ID, primary: true, purposeType: PURPOSE }
const EMAIL = { ...PLACE, email: text('john.doe@example.com', { pattern: '^[^@ ]+@[^@ ]+$' }) }
const PHONE = { ...PLACE, phone: '+18005551234', ...sparse({ source: oneOf('EXTERNAL') }) }
const ADDRESS = record(
  PLACE,
  sparse({ apartmentNumber: most('102', 5), city: most('San Jose', 64), country: most('United States', 64) }),
  sparse({
    county: most('Santa Clara', 64),
    notes: most('Headquarters', 128),
    postalCode: most('95131', 16),
  }),
  sparse({ state: most('California', 64), streetName: most('1st St', 64), streetNumber: most('675', 8) }),
)
const EXTENSION = sparse(
  { id: 52400, extension: '1001', fqExtension: '231001', extensionType: 'UC', displayInDirectory: true },
  {
    contactId: 'dcfa3d71-b5a0-45af-a99c-6893b4969167',
    subscriptionId: 'aK60JcBERnKIya',
    subscriptionType: 'UE',
  },
  { ...BRANCH, ...PBX },
)

const GIVEN = sparse(
  { companyName: most('Example, Inc.', 128), department: most('Support', 100), jobTitle: 'Engineer' },
  { firstName: most('John', 128), lastName: most('Doe', 30), middleName: most('Edward', 30) },
  { locale: 'en_US', location: most('San Jose, CA', 128), nickName: most('Johnny', 30) },
  { timeZone: 'Europe/Lisbon', ...BRANCH, ...PBX, tags: [TAG], addresses: [ADDRESS] },
  { phones: [PHONE], emails: [EMAIL] },
)
const CUSTOMER = { customerId: most('0012J00002ExampleAA', 32) }
const NOW = 1767603600000
export const CONTACT = named(
  'Contact',
  { ...CUSTOMER, id: 'dcfa3d71-b5a0-45af-a99c-6893b4969167', createdTimestamp: NOW, updatedTimestamp: NOW },
  { contactType: oneOf('company', 'corporate', 'service') },
  GIVEN,
  sparse({ name: 'John Edward Doe', assignedUserId: '132e9c9089b64a6eca08b1', hideInAA: false }),
  sparse({
    displayWhenNoExtension: true,
    pictureHash: 'a046a853f0e131f18001d1174d',
    extensions: [EXTENSION],
  }),
)
export type Contact = ValueOf<typeof CONTACT>
const NEW_CONTACT = withExample(
  named('NewContact', { ...CUSTOMER, contactType: oneOf('company'), id: maybe('') }, GIVEN),
  { contactType: 'company', customerId: '0012J00002ExampleAA', firstName: 'John', lastName: 'Doe' },
  { companyName: 'Example, Inc.', department: 'Support', locale: 'en_US', timeZone: '{{timezone}}' },
  { emails: [{ email: 'john.doe@example.com', primary: true, purposeType: 'WORK' }] },
  { phones: [{ phone: '+18005551234', primary: true, purposeType: 'WORK', source: 'EXTERNAL' }] },
  { tags: [{ name: 'customField1', value: 'value1' }] },
)
export type NewContact = ValueOf<typeof NEW_CONTACT>

const PROBLEM = shape({ message: 'customerId is required' })
const SORT = text('id,ASC', { pattern: String.raw`^[\w.]+, ?(ASC|DESC)(, ?[\w.]+, ?(ASC|DESC))*$` })
const DETAIL = oneOf('PHONE', 'EMAIL', 'TAG', 'ADDRESS', 'EXTENSION')

/** Source: 8x8's guides "Contact Search", "Contact Management" and "Contact Object Structure". */
export const contacts = describeFamily({
  family: 'contacts',
  description:
    'The company\'s directory. In Admin Console there are two products, "Contact Search" for GET and "Contact ' +
    'Management" for the rest; an app with both serves both. 8x8 allows 60 requests a minute.',
  base: '/directory-contacts/api/v3',
  errors: [returns(PROBLEM, 400)],
  calls: {
    searchContacts: {
      title: 'Search contacts',
      docs: 'administration/docs/search-contacts',
      path: 'GET /contacts',
      query: {
        details: commas(offer([DETAIL], 'Which lists of a contact to return, joined with commas.')),
        filter: allow('firstName==John', 'FIQL.'),
        filterByDisplayFlag: allow(true, 'Only contacts that are to be displayed.', false),
        size: offer(whole(10, 1, 1000), 'Contacts a page.', 20),
        sort: offer(SORT, 'A field, a comma, and ASC or DESC; scrolling needs id among them.'),
        useScrollId: offer(true, 'Returns a scrollId for the next page.', false),
        scrollId: allow('', 'From the response before; leave it out for the first page.'),
      },
      response: returns({
        data: [CONTACT],
        meta: { hasMore: true, scrollId: nullable('YWZ0ZXIgMDAwMDAwMDAxMA==') },
      }),
      paging: { ...SCROLLED, size: 'size', end: null },
      deviates:
        "8x8's guide pages at /directoryContacts with a token in its samples; its text has this address and a key.",
    },
    createContact: {
      title: 'Create a contact',
      description: 'Of the type company: the others are made by 8x8.',
      docs: 'administration/docs/create-contact',
      path: 'POST /contacts',
      body: NEW_CONTACT,
      response: returns(CONTACT),
      keeps: { contactId: ['id'] },
    },
    updateContact: {
      title: 'Update a contact',
      description: 'A replacement: what it leaves out is removed.',
      docs: 'administration/docs/create-contact',
      path: 'PUT /contacts/{contactId}',
      body: withExample(NEW_CONTACT, NEW_CONTACT.example, { department: 'Marketing' }),
      response: returns(CONTACT),
      errors: [returns(PROBLEM, 404)],
    },
    deleteContact: {
      title: 'Delete a contact',
      docs: 'administration/docs/create-contact',
      path: 'DELETE /contacts/{contactId}',
      response: returnsNothing(200),
      errors: [returns(PROBLEM, 404)],
    },
  },
})
